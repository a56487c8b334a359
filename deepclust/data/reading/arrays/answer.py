"""The process that `named_apart` asks: it reads a file, and answers with the arrays."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from deepclust.data.reading.arrays.names import Named
from deepclust.data.reading.sentences import in_words


def main() -> None:
    """Entry point of the process: the question is its argument, and the arrays follow a line of their names."""
    reader, path, label, max_bytes = json.loads(sys.argv[1])
    module, _, function = reader.rpartition(".")
    named, problem = Named({}), ""
    try:
        with in_words(label):
            result = getattr(import_module(module), function)(Path(path), label, max_bytes)
            named = result if isinstance(result, Named) else Named(result)
    except ValueError as error:
        problem = str(error)
    stream: Any = SimpleNamespace(write=sys.stdout.buffer.write)  # numpy asks files of the system where they stand
    about = asdict(replace(named, arrays={}))
    about.pop("arrays")
    stream.write(json.dumps({"problem": problem, "arrays": list(named.arrays), "about": about}).encode() + b"\n")
    for array in named.arrays.values():
        np.lib.format.write_array(stream, array, allow_pickle=False)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
