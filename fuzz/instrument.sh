#!/bin/sh
# The compiler wrapper of `cargo xtask fuzz`: adds coverage counters for libFuzzer to the crates of this workspace. The
# pass is part of LLVM, so a stable compiler is enough; sanitizers would need a nightly one.
case " $* " in
  *" --crate-name build_script_build "*) exec "$@" ;;
  *" --crate-name "*)
    exec "$@" -Copt-level=1 -Ccodegen-units=1 -Cpasses=sancov-module \
      -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
      -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
  *) exec "$@" ;;
esac
