//! Every page of the site, and what a browser fetches for it beside what all pages need.

/// Who opens a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Whoever opens a server that has no administrator yet.
    First,
    /// Somebody who is not signed in.
    Stranger,
    /// The administrator.
    Administrator,
}

/// A page.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// As the routes have it.
    pub path: &'static str,
    /// Who opens it.
    pub visitor: Visitor,
    /// The chunk that holds its view; the module itself holds that of the others.
    pub chunk: Option<&'static str>,
}

const fn page(path: &'static str, visitor: Visitor, chunk: &'static str) -> Page {
    Page {
        path,
        visitor,
        chunk: Some(chunk),
    }
}

/// The list of credentials, which has the budget, and all others.
pub const PAGES: [Page; 18] = [
    Page {
        path: "/credentials",
        visitor: Visitor::Administrator,
        chunk: None,
    },
    page("/credentials/:id", Visitor::Administrator, "credential"),
    page("/mcp-servers", Visitor::Administrator, "mcp_servers"),
    page("/model-bindings", Visitor::Administrator, "model_bindings"),
    page("/model-bindings/:id/try", Visitor::Administrator, "model_bindings"),
    page("/audit", Visitor::Administrator, "audit"),
    page("/users", Visitor::Administrator, "users"),
    page("/account", Visitor::Administrator, "account"),
    page("/sign-in", Visitor::Stranger, "accounts"),
    page("/welcome", Visitor::Stranger, "accounts"),
    page("/set-up", Visitor::First, "accounts"),
    page("/help", Visitor::Administrator, "help"),
    page("/help/credentials", Visitor::Administrator, "help"),
    page("/help/mcp-servers", Visitor::Administrator, "help"),
    page("/help/model-bindings", Visitor::Administrator, "help"),
    page("/help/users", Visitor::Administrator, "help"),
    page("/help/forms", Visitor::Administrator, "help"),
    page("/help/audit", Visitor::Administrator, "help"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const ROUTES: &str = include_str!("../../app/src/routes.rs");
    const CHUNKS: &str = include_str!("../../app/src/chunks.rs");

    /// What stands between two texts, at the first place where they are.
    fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
        let (_, rest) = text.split_once(before)?;
        rest.split_once(after).map(|(found, _)| found)
    }

    /// The chunk that the app's sources declare for the view of a route.
    fn declared(route: &str) -> Option<&'static str> {
        let function = between(route, "chunks::", "(").or_else(|| route.contains(" help(").then_some("help"))?;
        let declared = between(CHUNKS, &format!("async fn {function}("), "{")?;
        between(declared, " in ", ",")
    }

    #[test]
    fn every_route_is_measured_with_the_chunk_that_holds_its_view() {
        let routes: BTreeMap<&str, Option<&str>> = ROUTES
            .split("<Route")
            .filter(|route| !route.contains("<Redirect "))
            .filter_map(|route| Some((between(route, "path!(\"", "\"")?, declared(route))))
            .collect();
        let measured: BTreeMap<&str, Option<&str>> = PAGES.iter().map(|page| (page.path, page.chunk)).collect();
        assert_eq!(measured, routes);
    }
}
