#!/usr/bin/env python3
"""Masks by the package xgrammar, on the grammars, schemas and entries that the benchmark has written to FOLDER.

    cargo run --release -p langlet-bench-masks -- --vocabulary cl100k_base.tiktoken --workloads w1,w2,w6 --dump FOLDER
    python3 masks/xgrammar_masks.py cl100k_base.tiktoken FOLDER [PASSES]

PASSES are those after the first, 5 if not given; `src/ebnf.rs` tells how a grammar is written for it. The package imports torch,
transformers and triton, which its matcher does not need: where they are missing, empty stand-ins take their place. Only then, and for
masks of numpy, the matcher is called below its Python wrapper.
"""

import base64
import importlib.machinery
import json
import pathlib
import statistics
import sys
import time
from unittest.mock import MagicMock

try:
    import torch  # noqa: F401
except ImportError:
    for name in ["torch", "torch.utils", "torch.utils.dlpack", "torch.utils.cpp_extension", "torch.cuda", "torch.library",
                 "triton", "triton.language", "transformers", "mlx", "mlx.core"]:
        stand_in = MagicMock(name=name)
        stand_in.__spec__ = importlib.machinery.ModuleSpec(name, None)
        stand_in.__path__ = []
        sys.modules[name] = stand_in
    sys.modules["torch"].Tensor = type("Tensor", (), {})
    sys.modules["torch"].__version__ = "0"

import numpy
import tvm_ffi
import xgrammar


def main():
    path, folder = sys.argv[1:3]
    passes = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    entries = {}
    for line in open(path, "rb"):
        if line.strip():
            text, rank = line.split()
            entries[int(rank)] = base64.b64decode(text)
    end = max(entries) + 1
    words = [entries.get(n, b"") for n in range(end)] + [b"<end>"]
    start = time.perf_counter()
    info = xgrammar.TokenizerInfo(words, xgrammar.VocabType.RAW, vocab_size=len(words), stop_token_ids=[end])
    print(f"vocabulary loaded in {(time.perf_counter() - start) * 1e3:.0f} ms")
    print(f"{'workload':24} {'steps':>7} {'mean µs':>9} {'p50':>8} {'p90':>8} {'p99':>8} {'max':>9} {'1st pass':>9} {'load ms':>8} {'allowed':>8}")
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        workload = json.loads(file.read_text())
        # A compiler of its own, so that nothing is remembered.
        compiler = xgrammar.GrammarCompiler(info, max_threads=1)
        start = time.perf_counter()
        if workload.get("schema"):
            # In the order of the schema, blanks anywhere.
            try:
                compiled = compiler.compile_json_schema(json.dumps(workload["schema"]), any_whitespace=True, strict_mode=False)
            except RuntimeError as error:
                print(f"{workload['name']:24} refused: {str(error).splitlines()[0]}")
                continue
        else:
            compiled = compiler.compile_grammar(workload["grammar"])
        load = (time.perf_counter() - start) * 1e3
        report(workload, compiled, load, len(words), passes)


def report(workload, compiled, load, width, n_passes):
    mask = numpy.zeros((1, (width + 31) // 32), dtype=numpy.int32)
    view = tvm_ffi.from_dlpack(mask)
    passes, allowed, refused = [], 0, 0
    for number in range(n_passes + 1):
        times = []
        for ids in workload["entries"]:
            matcher = xgrammar.GrammarMatcher(compiled)
            fill = matcher._handle.fill_next_token_bitmask
            for id in ids:
                mask.fill(-1)
                start = time.perf_counter_ns()
                fill(view, 0, False)
                times.append((time.perf_counter_ns() - start) / 1e3)
                if number == 0:
                    allowed += int(numpy.bitwise_count(mask.view(numpy.uint32)).sum())
                if not matcher.accept_token(id):
                    refused += number == 0
                    break
        passes.append(times)
    steps = sorted(statistics.median(p[n] for p in passes[1:] or passes) for n in range(len(passes[0])))
    n = len(steps)
    at = lambda share: steps[min(int(n * share), n - 1)]
    first = sum(passes[0]) / n
    print(f"{workload['name']:24} {n:7} {sum(steps) / n:9.2f} {at(.5):8.2f} {at(.9):8.2f} {at(.99):8.2f} {steps[-1]:9.1f} {first:9.1f} {load:8.2f} {allowed / n:8.0f}"
          + (f"  refused {refused} texts" if refused else ""), flush=True)


main()
