//! Removes code that the linker must keep and that never runs.
//!
//! A view whose type is erased carries pointers to everything that can be done with a view. The linker cannot know that
//! some of it never is, because of how this app starts: `hydrate_body` hydrates at once and never asynchronously, from
//! the server's markup, and routes are listed on the server only. What these pointers lead to is a tenth of the module.
//! Their targets become traps, and what only they led to is dropped.
//!
//! The compiler merges functions with the same content, and the merged one keeps the name of either. So a function may be
//! named here only if nothing that does run can have its content: `hydrate_async` makes a future where the others make
//! views. Whatever is added is proven by the browser tests on a release, which meet a trap where one runs.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, Module};

/// Parts of the names of functions that are never called. `hydrate_async` would be by `hydrate_lazy`.
const NEVER_CALLED: [&str; 3] = [
    "13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h",
    "IntoAny$GT$8into_any13hydrate_async17h",
    "IntoAnyNestedRoute$GT$21into_any_nested_route15generate_routes17h",
];

/// Beginnings of the names of exports that no script asks for: streams that JavaScript would read from Rust or write
/// to it. A crate of streams exports them to whoever wants them.
const NEVER_ASKED_FOR: [&str; 2] = ["intounderlying", "__wbg_intounderlying"];

/// Drops what never runs. Names of functions must still be in the module.
pub fn remove_dead_code(module: &mut Module) -> usize {
    let unused: Vec<_> = module
        .exports
        .iter()
        .filter(|export| {
            NEVER_ASKED_FOR
                .iter()
                .any(|beginning| export.name.starts_with(beginning))
        })
        .map(walrus::Export::id)
        .collect();
    for export in unused {
        module.exports.delete(export);
    }
    let dead: Vec<FunctionId> = module
        .funcs
        .iter()
        .filter(|function| {
            let name = function.name.as_deref().unwrap_or_default();
            NEVER_CALLED.iter().any(|part| name.contains(part))
        })
        .map(walrus::Function::id)
        .collect();
    for id in &dead {
        let (parameters, results) = module.types.params_results(module.funcs.get(*id).ty());
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let locals = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
        let mut trap = FunctionBuilder::new(&mut module.types, &parameters, &results);
        trap.func_body().unreachable();
        module.funcs.get_mut(*id).kind = FunctionKind::Local(trap.local_func(locals));
    }
    walrus::passes::gc::run(module);
    dead.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_dead_code_leads_to_is_dropped() {
        let mut module = Module::default();
        let mut inner = FunctionBuilder::new(&mut module.types, &[], &[]);
        inner.name("only_for_dead_code".to_owned()).func_body();
        let inner = inner.finish(vec![], &mut module.funcs);
        let mut dead = FunctionBuilder::new(&mut module.types, &[], &[]);
        dead.name("_ZN_IntoAny$GT$8into_any13hydrate_async17h00E".to_owned())
            .func_body()
            .call(inner);
        let dead = dead.finish(vec![], &mut module.funcs);
        module.exports.add("kept", dead);

        assert_eq!(remove_dead_code(&mut module), 1);
        let names: Vec<_> = module
            .funcs
            .iter()
            .filter_map(|function| function.name.clone())
            .collect();
        assert_eq!(names, ["_ZN_IntoAny$GT$8into_any13hydrate_async17h00E"]);
    }
}
