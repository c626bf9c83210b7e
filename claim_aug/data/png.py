"""A grey PNG slice in, the same slice with other pixels out."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from claim_aug.data.sizes import check_size
from claim_aug.errors import InputError

Array = NDArray[Any]
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class PngFile:
    """A grey PNG slice, 8 or 16 bit; it knows neither spacing nor orientation.

    Attributes:
        path: path of the file.
        data: grey values, or a label map's indices into its palette, (rows, columns).
        palette: colours by index, three bytes each, with which a label map is shown; ``None`` where it has none.
    """

    path: Path
    data: Array
    palette: bytes | None = None
    affine: None = None
    spacing: None = None
    suffix: str = ".png"

    @classmethod
    def read(cls, path: Path, *, labels: bool = False) -> PngFile:
        """Read a grey or indexed PNG whole.

        Args:
            path: path of the file.
            labels: whether it is a label map, whose numbers count and not the colours that they are shown in.

        Raises:
            InputError: a file that is damaged, of another kind, larger than any scan, or in colour.
        """
        try:
            content = path.read_bytes()
            check_chunks(path, content)
            with Image.open(io.BytesIO(content), formats=("PNG",)) as image:
                check_size(path, image.size)
                mode, palette = image.mode, image.getpalette()
                data = np.array(image)
                colours = np.array(image.convert("RGB")) if mode == "P" and not labels else None
        except InputError:
            raise  # says already what is wrong
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError,
                IndexError, KeyError, TypeError, MemoryError, Image.DecompressionBombError) as error:  # fmt: skip
            msg = f"{path} cannot be read as PNG; is it truncated, damaged or another format? ({error})"
            raise InputError(msg) from error
        if data.ndim != 2 or mode == "1":
            msg = f"{path} needs to be a grey PNG with one channel of 8 or 16 bits, it has the mode {mode!r}"
            raise InputError(msg)
        if colours is not None:
            if (colours != colours[..., :1]).any():
                msg = f"{path} is a picture in colour (a palette); save it as grey, with one channel of 8 or 16 bits"
                raise InputError(msg)
            return cls(path, colours[..., 0])
        shades = bytes(palette) if palette and mode == "P" else None
        return cls(path, data.astype(np.uint16) if mode.startswith("I") else data, shades)

    def write(self, path: Path, data: Array, comment: str) -> None:
        """Write PNG with the comment as its description, and the palette that it had."""
        note = PngImagePlugin.PngInfo()
        note.add_text("Description", comment)
        image = Image.fromarray(data)
        if self.palette is not None and data.dtype == np.uint8:
            beyond = range(len(self.palette) // 3, 256)  # values that the palette has no colour for are shown in grey
            image.putpalette(self.palette + bytes(shade for shade in beyond for _ in range(3)))
        image.save(path, format="PNG", pnginfo=note)

    def write_map(self, path: Path, data: Array, comment: str) -> None:
        """Write PNG, shares of 0-1 as 0-255."""
        plain = PngFile(self.path, self.data)
        plain.write(path, np.rint(255 * data).astype(np.uint8) if data.dtype.kind == "f" else data, comment)


def check_chunks(path: Path, content: bytes) -> None:
    """Compare the checksum of every chunk; Pillow leaves those of the pixels out.

    Args:
        path: path of the file, for the error.
        content: bytes of the file.

    Raises:
        InputError: a file that is no PNG, ends too early, or has a chunk that does not fit its checksum.
    """
    if not content.startswith(SIGNATURE):
        msg = f"{path} is no PNG, whatever its name says; save it as a grey PNG"
        raise InputError(msg)
    place, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", content[place : place + 8].ljust(8))
        body, place = content[place + 4 : place + 8 + length], place + 12 + length
        if place > len(content):
            msg = f"{path} ends in the middle; is it truncated?"
            raise InputError(msg)
        if content[place - 4 : place] != struct.pack(">I", zlib.crc32(body)):
            msg = f"{path} is damaged: a part of it does not fit its checksum; get it again"
            raise InputError(msg)
