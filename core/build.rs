//! Compiles the LALRPOP grammar of the notation.

fn main() {
    let mut configuration = lalrpop::Configuration::new();
    configuration.use_cargo_dir_conventions().emit_rerun_directives(true);
    configuration.process().expect("the grammar of the notation compiles");
}
