"""The page in a real browser: what a person does becomes a scar, and the scar can be taken out again."""

import base64
import shlex

import numpy as np
import pytest
from claim_aug_designer.scan import Scan
from command_line import run_command
from designer_page import burden, pixels, segment, settled, slide, stroke

from claim_aug.cli import Orientation
from claim_aug.phantom import make_phantom, write_emidec


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_scar_is_designed_saved_and_made_again_by_the_copied_command(serve, open_designer, axe, scan, tmp_path):
    server = serve(scan)
    page = settled(open_designer(server))
    assert axe(page) == []
    first = pixels(page)
    for number in (7, 8, 12):
        segment(page, number).click()
    settled(page)
    assert [segment(page, number).get_attribute("aria-pressed") for number in (7, 8, 9, 12)] == [
        "true", "true", "false", "true",
    ]  # fmt: skip
    clicked = pixels(page)
    assert clicked != first
    slide(page, "burden", 8)
    assert burden(page) == pytest.approx(8, abs=0.5)
    smaller = pixels(page)
    assert smaller != clicked
    page.select_option("#generator", "ddpm")
    settled(page)
    assert burden(page) == pytest.approx(8, abs=0.5)
    assert pixels(page) != smaller
    page.locator("#undo").click()
    settled(page)
    assert page.locator("#generator").input_value() == "signal"
    assert pixels(page) == smaller
    page.locator("#copy-command").click()
    page.wait_for_selector("#code:not([hidden])")
    program, *arguments = shlex.split(page.locator("#code").inner_text())
    page.locator("#save").click()
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('saved')")
    assert axe(page) == []
    assert page.trouble == []
    place = arguments.index(str(server.out / "scar001"))
    arguments[place] = str(tmp_path / "copied")
    assert program == "claim-aug"
    assert run_command(arguments, tmp_path).code == 0
    saved = files_of(server.out / "scar001")
    assert len(saved) == 3
    assert saved == files_of(tmp_path / "copied")


def test_what_is_painted_stays_in_the_wall(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    page.keyboard.press("p")
    stroke(page, (0.5, 0.5), (0.95, 0.5))
    assert page.locator("#prior").input_value() == "manual"
    page.locator("#copy-python").click()
    page.wait_for_selector("#code:not([hidden])")
    namespace = {}
    exec(page.locator("#code").inner_text(), namespace)
    sample = namespace["sample"]
    assert sample.infarct.any()
    assert not (sample.infarct & ~scan.anatomy.on_grid(scan.anatomy.healthy)).any()
    assert "left out" not in page.locator("#notes").inner_text()
    assert page.trouble == []


def test_strokes_and_erasing_are_undone_and_done_again_one_by_one(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    segment(page, 12).click()
    page.keyboard.press("p")
    seen = [burden(settled(page))]
    stroke(page, (0.1, 0.5), (0.5, 0.5))
    seen.append(burden(page))
    page.keyboard.press("e")
    stroke(page, (0.3, 0.45), (0.3, 0.55))
    seen.append(burden(page))
    assert seen[1] > seen[0]
    assert seen[1] > seen[2] > seen[0] / 2
    for key, places in (("Control+z", (1, 0)), ("Control+Shift+z", (1, 2))):
        for place in places:
            page.keyboard.press(key)
            assert burden(settled(page)) == seen[place]
    assert page.locator("#redo").is_disabled()
    assert page.trouble == []


def test_everything_is_done_by_keyboard(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    segment(page, 1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    assert segment(page, 2).get_attribute("aria-pressed") == "true"
    page.keyboard.press("-")
    settled(page)
    assert "70 % deep asked for" in segment(page, 2).get_attribute("aria-label")
    assert page.locator("#prior").input_value() == "manual"
    page.keyboard.press("Control+z")
    settled(page)
    assert page.locator("#prior").input_value() == "smile"
    page.keyboard.press("Control+Shift+z")
    settled(page)
    assert page.locator("#prior").input_value() == "manual"
    after, where = pixels(page), page.locator("#slice-title").inner_text()
    page.keyboard.press("b")
    assert page.locator("#before").get_attribute("aria-pressed") == "true"
    assert pixels(page) != after
    page.keyboard.press("b")
    assert pixels(page) == after
    page.keyboard.press("o")
    assert pixels(page) != after
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("#slice-title").inner_text() == where
    page.keyboard.press("n")
    settled(page)
    assert page.locator("#seed").input_value() == "1"
    page.keyboard.press("?")
    assert page.locator("#help-dialog").is_visible()
    assert page.trouble == []


def test_a_territory_and_a_drag_choose_segments(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    page.get_by_role("button", name="RCA").click()
    settled(page)
    assert page.locator("#eye .border.may").count() > 3
    boxes = [segment(page, number).bounding_box() for number in (7, 12)]
    page.mouse.move(boxes[0]["x"] + boxes[0]["width"] / 2, boxes[0]["y"] + boxes[0]["height"] / 2)
    page.mouse.down()
    page.mouse.move(boxes[1]["x"] + boxes[1]["width"] / 2, boxes[1]["y"] + boxes[1]["height"] / 2, steps=6)
    page.mouse.up()
    settled(page)
    assert segment(page, 7).get_attribute("aria-pressed") == segment(page, 12).get_attribute("aria-pressed") == "true"
    assert page.get_by_role("button", name="RCA").get_attribute("aria-pressed") == "false"
    page.keyboard.press("Control+z")  # the drag is undone at once
    settled(page)
    assert page.get_by_role("button", name="RCA").get_attribute("aria-pressed") == "true"


def test_a_segment_that_is_chosen_is_seen(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    for number, level in ((4, "basal"), (10, "mid"), (15, "apical")):
        segment(page, number).click()
        settled(page)
        assert level in page.locator("#slice-title").inner_text()


def test_depth_is_set_by_buttons_where_there_is_no_wheel(serve, open_designer, scan):
    page = settled(open_designer(serve(scan), 390, 844))
    segment(page, 8).click()
    page.get_by_role("button", name="Deeper").click()
    settled(page)
    assert page.locator("#depth-of").inner_text() == "Depth of segment 8"
    assert "80 % deep asked for" in segment(page, 8).get_attribute("aria-label")


def test_a_key_works_after_a_slider_was_moved(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    slider = page.locator("#option-burden")
    slider.focus()
    slice_, before = page.locator("#slice-title").inner_text(), float(slider.input_value())
    page.keyboard.press("ArrowUp")
    settled(page)
    assert float(slider.input_value()) > before
    page.keyboard.press("b")
    assert page.locator("#before").get_attribute("aria-pressed") == "true"
    assert page.locator("#slice-title").inner_text() == slice_


def test_a_slider_that_was_dragged_is_undone_at_once(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    drawn = burden(page)
    box = page.locator("#option-burden").bounding_box()
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(across, down)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, down, steps=12)
    page.mouse.up()
    settled(page)
    assert burden(page) < 10
    page.keyboard.press("Control+z")
    settled(page)
    assert burden(page) == drawn
    assert page.locator("#undo").is_disabled()


def test_a_series_is_written_each_time_that_it_is_asked_for(serve, open_designer, scan):
    server = serve(scan)
    page = settled(open_designer(server))

    def series(name):
        button = page.get_by_role("button", name=name)
        button.click()
        page.wait_for_selector(f"#{button.get_attribute('id')}:enabled", timeout=120_000)
        return page.locator("#said").inner_text()

    page.get_by_role("button", name="LAD").click()
    assert series("Grow 5 to 40 %LV").startswith("10 of 10 scars in ")
    assert series("All territories").startswith("3 of 3 scars in ")
    assert series("All territories").startswith("3 of 3 scars in ")
    assert sorted(path.name for path in server.out.iterdir()) == ["growth001", "territories001", "territories002"]
    page.get_by_role("button", name="Deeper").click()
    settled(page)
    assert series("Grow 5 to 40 %LV") == ""
    assert "which is given by hand here" in page.locator("#error").inner_text()
    assert not (server.out / "growth002").exists()


def test_a_bad_scan_is_an_error_in_the_page_and_a_good_one_opens(serve, open_designer, axe, heart, tmp_path):
    page = open_designer(serve())
    assert page.locator("#open-dialog").is_visible()
    assert axe(page) == []
    bad = tmp_path / "bad.nii.gz"
    bad.write_bytes(b"no scan")
    page.locator("#file-image").set_input_files(bad)
    page.locator("#file-labels").set_input_files(heart[1])
    page.locator("#open-go").click()
    page.wait_for_selector("#open-error:not([hidden])")
    assert "cannot be read as NIfTI" in page.locator("#open-error").inner_text()
    page.locator("#file-image").set_input_files(heart[0])
    page.locator("#scheme").fill("phantom")
    page.locator("#open-go").click()
    page.wait_for_selector("body.opened")
    settled(page)
    assert "heart" in page.locator("#case").inner_text()
    assert burden(page) > 0
    assert [said for said in page.trouble if "422" not in said] == []  # the browser reports the refusal itself


def test_a_request_that_cannot_be_met_is_said_and_left_again(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    for option, value in (("burden", 30), ("transmurality", 50), ("extent", 50)):
        slide(page, option, value)
    assert "clash" in page.locator("#error").inner_text()
    page.locator("#undo").click()
    settled(page)
    assert page.locator("#error").is_hidden()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1440, 900), (3840, 2160)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_phones_and_4k_in_light_and_dark(width, height, scheme, serve, open_designer, axe, scan):
    page = settled(open_designer(serve(scan), width, height, scheme))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []
    assert page.trouble == []


def test_scar_that_was_there_can_be_replaced(serve, open_designer, tmp_path):
    root = write_emidec(make_phantom(11, scar=True, shape=(80, 80, 4)), tmp_path, "old")
    scan = Scan.from_files(*(root / part / "old.nii.gz" for part in ("Images", "Contours")), "phantom", Orientation())
    page = settled(open_designer(serve(scan)))
    assert "scar already" in page.locator("#notes").inner_text()
    before = pixels(page)
    page.select_option("#existing", "replace")
    settled(page)
    assert pixels(page) != before
    page.select_option("#existing", "refuse")
    settled(page)
    assert "already has" in page.locator("#error").inner_text()


def test_the_bits_that_the_page_sends_are_those_of_the_display(serve, open_designer, scan):
    page = settled(open_designer(serve(scan)))
    text = page.evaluate(
        "async () => { const { asText, asBits } = await import('/static/brush.js');"
        "return asText(asBits(asText(Uint8Array.from({ length: 9000 }, (_, place) => place % 251)))) }"
    )
    assert (np.frombuffer(base64.b64decode(text), np.uint8) == np.arange(9000) % 251).all()
