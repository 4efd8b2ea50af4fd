//! Inputs that fuzzing found, replayed: `fuzz/corpus` holds them, one folder for each target.

#[path = "../../../fuzz/src/properties/mod.rs"]
mod properties;

use std::path::Path;

#[test]
fn every_input_of_the_fuzz_corpora_keeps_its_property() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    for (target, check) in properties::TARGETS {
        let inputs: Vec<_> = std::fs::read_dir(corpora.join(target)).unwrap().collect();
        assert!(!inputs.is_empty(), "{target} has no corpus");
        for input in inputs {
            let path = input.unwrap().path();
            let data = std::fs::read(&path).unwrap();
            assert!(
                std::panic::catch_unwind(|| check(&data)).is_ok(),
                "{target} fails for {}",
                path.display()
            );
        }
    }
}
