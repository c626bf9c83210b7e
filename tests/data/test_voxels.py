"""Files go through unchanged but for the voxels that changed, and say that they are synthetic."""

import gzip
import warnings

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug.data.nifti import NIFTI_COMMENT
from claim_aug.data.voxels import read_voxels
from claim_aug.errors import InputError, IntensityWarning, SpacingWarning

TILTED = np.array([[-1.2, 0.3, 0.1, 20.0], [0.3, 1.2, 0.2, -7.0], [0.1, -0.2, 9.0, 3.0], [0, 0, 0, 1]])
DTYPES = [np.uint8, np.int16, np.uint16, np.float32, np.float64]


def nifti(path, dtype=np.int16, affine=TILTED, codes=(1, 2), scaling=None, endian="<", **fields):
    data = (np.random.default_rng(0).random((9, 8, 5)) * 200).astype(dtype)
    header = nib.Nifti1Header(endianness=endian)
    header.set_data_dtype(dtype)
    image = nib.Nifti1Image(data, affine, header)
    image.set_qform(affine, codes[0])
    image.set_sform(affine, codes[1])
    for name, value in fields.items():
        image.header[name] = value
    if scaling:
        image.header.set_slope_inter(*scaling)
    nib.save(image, path)
    return path


def header_without_comment(path):
    header = nib.load(path).header
    return {name: value.tobytes() for name, value in header.items() if name not in ("descrip", "vox_offset")}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("codes", [(1, 2), (0, 2), (1, 0), (0, 0)])
def test_header_and_voxels_survive(tmp_path, dtype, codes):
    source = nifti(tmp_path / "a.nii.gz", dtype, codes=codes, toffset=3.5, cal_max=7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpacingWarning)
        file = read_voxels(source)
    assert file.data.dtype == dtype
    changed = file.data.copy()
    changed[2, 3, 4] = 99
    file.write(tmp_path / "b.nii.gz", changed, "SYNTHETIC test")
    again = nib.load(tmp_path / "b.nii.gz")
    assert header_without_comment(tmp_path / "b.nii.gz") == header_without_comment(source)
    assert np.array_equal(again.dataobj.get_unscaled(), changed)
    assert again.header["descrip"].item() == b"SYNTHETIC test"
    assert [part.get_content() for part in again.header.extensions if part.get_code() == 6] == [b"SYNTHETIC test"]
    assert NIFTI_COMMENT == "comment"


@pytest.mark.parametrize("endian", ["<", ">"])
def test_scaled_files_keep_their_stored_integers(tmp_path, endian):
    source = nifti(tmp_path / "a.nii.gz", np.int16, scaling=(0.37, -12.0), endian=endian)
    file = read_voxels(source)
    assert file.data.dtype == np.float64
    changed = file.data.copy()
    changed[1, 1, 1] += 37
    file.write(tmp_path / "b.nii.gz", changed, "SYNTHETIC")
    before, after = (nib.load(path).dataobj for path in (source, tmp_path / "b.nii.gz"))
    assert (after.slope, after.inter) == (before.slope, before.inter)
    difference = after.get_unscaled().astype(int) - before.get_unscaled()
    assert difference[1, 1, 1] == 100
    assert np.count_nonzero(difference) == 1


def test_equal_data_gives_equal_bytes(tmp_path):
    file = read_voxels(nifti(tmp_path / "a.nii.gz"))
    for name in ("b.nii.gz", "c.nii.gz"):
        file.write(tmp_path / name, file.data, "SYNTHETIC")
    assert (tmp_path / "b.nii.gz").read_bytes() == (tmp_path / "c.nii.gz").read_bytes()


def test_spacing_is_pixdim_and_a_contradicting_affine_is_named(tmp_path):
    source = nifti(
        tmp_path / "a.nii.gz", affine=np.diag([-1.0, -1, 1, 1]), codes=(0, 2), pixdim=[1, 1.4, 1.4, 13, 0, 0, 0, 0]
    )
    with pytest.warns(SpacingWarning, match=r"pixdim says 1.4 x 1.4 x 13 mm, the affine 1 x 1 x 1 mm"):
        file = read_voxels(source)
    assert file.spacing == pytest.approx((1.4, 1.4, 13))


@pytest.mark.parametrize("size", [np.nan, 0, np.inf])
def test_where_pixdim_is_no_size_the_affine_is_used(tmp_path, size):
    source = nifti(tmp_path / "a.nii.gz", codes=(0, 2), pixdim=[1, 1.24, 1.28, size, 0, 0, 0, 0])
    with pytest.warns(SpacingWarning, match="the affine is used"):
        assert read_voxels(source).spacing == pytest.approx(nib.affines.voxel_sizes(TILTED))


def test_where_neither_is_a_size_the_file_is_refused(tmp_path):
    source = nifti(tmp_path / "a.nii", pixdim=[1, np.nan, 1.4, 13, 0, 0, 0, 0])
    content = bytearray(source.read_bytes())
    content[252:256] = bytes(4)  # qform_code and sform_code
    source.write_bytes(content)
    with pytest.raises(InputError, match="spacing needs to be positive"):
        read_voxels(source)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int16, np.uint16, np.int32])
@pytest.mark.parametrize("beyond", [1e9, -1e9])
def test_brighter_than_a_scaled_file_can_hold_is_the_brightest_it_can(tmp_path, dtype, beyond):
    file = read_voxels(nifti(tmp_path / "a.nii.gz", dtype, scaling=(0.01, 3.0)))
    with pytest.warns(IntensityWarning, match="72 voxels are brighter or darker than the scaled"):
        file.write(tmp_path / "b.nii.gz", np.where(np.arange(5) == 2, beyond, file.data), "SYNTHETIC")
    stored = nib.load(tmp_path / "b.nii.gz").dataobj.get_unscaled()
    limits = np.iinfo(dtype)
    assert (stored[..., 2] == (limits.max if beyond > 0 else limits.min)).all()


@pytest.mark.parametrize(("unit", "factor"), [("meter", 1000), ("micron", 0.001), ("mm", 1), ("unknown", 1)])
def test_sizes_are_in_the_units_that_the_header_names(tmp_path, unit, factor):
    affine = np.diag([1.25 / factor, 1.5 / factor, 9 / factor, 1])
    image = nib.Nifti1Image(np.zeros((9, 8, 5), np.int16), affine)
    image.header.set_xyzt_units(unit)
    nib.save(image, tmp_path / "a.nii.gz")
    file = read_voxels(tmp_path / "a.nii.gz")
    assert file.spacing == pytest.approx((1.25, 1.5, 9))
    assert np.allclose(file.affine, np.diag([1.25, 1.5, 9, 1]))
    file.write(tmp_path / "b.nii.gz", file.data, "SYNTHETIC")
    assert header_without_comment(tmp_path / "b.nii.gz") == header_without_comment(tmp_path / "a.nii.gz")


def test_a_series_of_one_volume_is_that_volume_and_stays_a_series(tmp_path):
    data = np.random.default_rng(0).integers(0, 200, (9, 8, 5, 1)).astype(np.int16)
    nib.save(nib.Nifti1Image(data, TILTED), tmp_path / "a.nii.gz")
    file = read_voxels(tmp_path / "a.nii.gz")
    assert file.data.shape == (9, 8, 5)
    assert len(file.spacing) == 3
    file.write(tmp_path / "b.nii.gz", file.data, "SYNTHETIC")
    assert np.array_equal(nib.load(tmp_path / "b.nii.gz").dataobj, data)


def test_a_grey_palette_gives_grey_values_and_a_colourful_one_is_refused(tmp_path):
    grey = np.random.default_rng(0).integers(0, 256, (8, 10)).astype(np.uint8)
    image = Image.fromarray(255 - grey)
    for name, shades in (("a", range(255, -1, -1)), ("b", [0] * 256)):
        image.putpalette([part for shade in shades for part in (shade, shade, shade if name == "a" else 255)])
        image.save(tmp_path / f"{name}.png")
    assert np.array_equal(read_voxels(tmp_path / "a.png").data, grey)
    with pytest.raises(InputError, match="a picture in colour"):
        read_voxels(tmp_path / "b.png")


def test_a_label_map_keeps_its_numbers_and_its_palette(tmp_path):
    numbers = np.random.default_rng(0).integers(0, 4, (8, 10)).astype(np.uint8)
    image = Image.fromarray(numbers)
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.save(tmp_path / "a.png")
    file = read_voxels(tmp_path / "a.png", labels=True)
    assert np.array_equal(file.data, numbers)
    file.write(tmp_path / "b.png", file.data, "SYNTHETIC")
    with Image.open(tmp_path / "b.png") as written:
        assert written.mode == "P"
        assert written.getpalette()[:15] == [0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 4, 4, 4]
        assert np.array_equal(np.array(written), numbers)


def test_every_flipped_bit_of_a_png_is_found(tmp_path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (12, 12), np.uint8)).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        (tmp_path / "b.png").write_bytes(damaged)
        with pytest.raises(InputError, match=r"b\.png"):
            read_voxels(tmp_path / "b.png")


def test_what_is_no_png_inside_is_refused_by_its_content(tmp_path):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")
    with pytest.raises(InputError, match="is no PNG, whatever its name says"):
        read_voxels(tmp_path / "a.png")


def test_a_file_that_claims_more_than_any_scan_is_refused_before_it_is_read(tmp_path):
    for suffix in (".nii", ".nii.gz"):
        header = nib.Nifti1Header()
        header.set_data_dtype(np.int16)
        header.set_data_shape((2048, 2048, 512))
        content = header.binaryblock + bytes(1000)
        (tmp_path / f"a{suffix}").write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
        with pytest.raises(InputError, match="no cardiac scan is that large"):
            read_voxels(tmp_path / f"a{suffix}")


def test_a_file_that_unpacks_to_more_than_it_claims_is_refused(tmp_path):
    source = nifti(tmp_path / "a.nii.gz")
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(gzip.decompress(source.read_bytes()) + bytes(1 << 24)))
    with pytest.raises(InputError, match="holds more than"):
        read_voxels(tmp_path / "b.nii.gz")


@pytest.mark.parametrize(("dtype", "mode"), [(np.uint8, "L"), (np.uint16, "I;16")])
def test_png_slices_go_through(tmp_path, dtype, mode):
    data = np.arange(80).reshape(8, 10).astype(dtype) * (3 if dtype == np.uint8 else 500)
    Image.fromarray(data).save(tmp_path / "a.png")
    file = read_voxels(tmp_path / "a.png")
    assert (file.data.dtype, file.spacing, file.affine) == (dtype, None, None)
    file.write(tmp_path / "b.png", file.data, "SYNTHETIC")
    with Image.open(tmp_path / "b.png") as written:
        assert written.mode == mode
        assert written.text["Description"] == "SYNTHETIC"
        assert np.array_equal(np.array(written), data)


def truncated(folder):
    source = nifti(folder / "whole.nii.gz")
    (folder / "a.nii.gz").write_bytes(source.read_bytes()[:400])
    return folder / "a.nii.gz"


def damaged(folder):
    content = bytearray(nifti(folder / "whole.nii.gz").read_bytes())
    content[300:340] = b"x" * 40
    (folder / "a.nii.gz").write_bytes(content)
    return folder / "a.nii.gz"


def not_nifti(folder):
    (folder / "a.nii.gz").write_bytes(b"hello" * 100)
    return folder / "a.nii.gz"


def cut_png(folder):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)).save(folder / "w.png")
    (folder / "a.png").write_bytes((folder / "w.png").read_bytes()[:200])
    return folder / "a.png"


def colour_png(folder):
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    return folder / "a.png"


def four_dimensional(folder):
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 3, 2), np.int16), np.eye(4)), folder / "a.nii.gz")
    return folder / "a.nii.gz"


def complex_voxels(folder):
    nib.save(nib.Nifti1Image(np.zeros((4, 4, 3), np.complex64), np.eye(4)), folder / "a.nii.gz")
    return folder / "a.nii.gz"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (truncated, "truncated, damaged"),
        (damaged, "truncated, damaged"),
        (not_nifti, "cannot be read as NIfTI"),
        (cut_png, "ends in the middle; is it truncated"),
        (colour_png, "grey PNG with one channel"),
        (four_dimensional, r"2-D or 3-D.*\(4, 4, 3, 2\); save one of its volumes by itself"),
        (complex_voxels, "real numbers"),
        (lambda folder: folder / "missing.nii.gz", "does not exist"),
        (lambda folder: folder, "is a folder; give one file at a time"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_reason(tmp_path, make, reason):
    path = make(tmp_path)
    with pytest.raises(InputError, match=reason) as caught:
        read_voxels(path)
    assert str(path) in str(caught.value)


def test_other_formats_are_refused(tmp_path):
    (tmp_path / "a.dcm").write_bytes(b"")
    with pytest.raises(InputError, match=r"needs to be one of .nii.gz, .nii, .png"):
        read_voxels(tmp_path / "a.dcm")
