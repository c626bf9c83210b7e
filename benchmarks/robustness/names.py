"""Names that files may have: each is written whole, or refused in one red line that says what to do.

    python benchmarks/robustness/names.py

A scan is named so, and five commands read it. Counted is what ends in an error that nobody expected.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np
from fuzz import command

from claim_aug.phantom import make_phantom

#: How a command says that it could not do something.
SAID = re.compile("error:|failed:")
NAMES = (
    b"plain", b"a b", b" x ", b"a.b.c", b"a=b", b"a,b", b"a:b", b"#x", b"-x", b"--help", b"~", b"*", b"?x", b"100%",
    b"{x}", b"$x$ \\alpha", b"back\\slash", b"semi;colon", b"quo'te", b'quo"te', b"`ls`", b"$(ls)", b"&amp;", b"<b>",
    b"[red]x[!red]", b"[link=x]", b"tab\tx", b"new\nline", b"a\r", b"\x1b]0;x\x07", b"\x1b[31m", b"\x7f", b".hidden",
    b"CON", b"x" * 200, b"y" * 240, b"P01_slice000", b"P1_0000", "caf\u00e9".encode(), "e\u0301".encode(),
    "\u4e2d\u6587".encode(), "\U0001f494".encode(), "\u202egpj".encode(), b"caf\xe9", b"\xff\xfe",
)  # fmt: skip


def main() -> None:
    """Try every name, print what is refused and what goes wrong."""
    scan = make_phantom(3, scar=False, shape=(72, 72, 4), spacing=(2.0, 2.0, 16.0))
    wrong = 0
    for name in NAMES:
        with tempfile.TemporaryDirectory() as folder:
            scans = Path(folder) / "scans"
            files = [scans / part / f"{os.fsdecode(name)}.nii" for part in ("images", "labels")]
            for file, array in zip(files, (scan.image, scan.labels), strict=True):
                file.parent.mkdir(parents=True)
                whole = Path(folder) / "whole.nii"
                nib.save(nib.Nifti1Image(array.astype(np.int16), scan.affine), whole)
                whole.rename(file)
            image, labels = map(str, files)
            made = ("--labels", "phantom", "-n", "1", "--generator", "signal")
            commands = (
                ("generate", image, labels, f"{folder}/out", *made),
                ("pool", "build", f"{scans}", f"{folder}/pool", *made),
                ("generate", f"{scans}", f"{folder}/set", *made),
                ("verify", f"{folder}/set"),
                ("evaluate", f"{folder}/set", "--segmenter", "none"),
                ("quantify", image, labels, "--labels", "phantom", "--csv", f"{folder}/scar.csv"),
                ("bullseye", labels, f"{folder}/eye.png", "--labels", "phantom"),
                ("aha", labels, f"{folder}/aha.nii.gz", "--labels", "phantom"),
            )
            for arguments in commands:
                code, said = command(arguments)
                if "unexpected" in said or "Traceback" in said or (code and not SAID.search(said)):
                    wrong += 1
                    print(f"{name!r}, {arguments[0]}: {said[-300:]}")
                elif code:
                    print(f"{name!r}, {arguments[0]} refused: {said.strip().splitlines()[-1][:140]!a}")
    print(f"{len(NAMES)} names, {wrong} of {len(commands) * len(NAMES)} commands went wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
