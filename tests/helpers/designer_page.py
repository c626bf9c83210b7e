"""What a person does in the page, and what they see."""

import re


def settled(page):
    """Wait until nothing is painted any more."""
    page.wait_for_timeout(50)
    page.wait_for_selector("body[data-busy=false]", timeout=120_000)
    return page


def segment(page, number):
    return page.locator(f'#eye path[aria-label^="Segment {number},"]')


def pixels(page):
    """The slice as it is drawn."""
    return page.evaluate("document.getElementById('slice').toDataURL()")


def burden(page):
    return float(re.search(r"New scar\s+([\d.]+) %LV", page.locator("#facts").inner_text())[1])


def slide(page, option, value):
    """Drag a slider to a value."""
    page.locator(f"#option-{option}").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true}));"
        "input.dispatchEvent(new Event('change', {bubbles: true})) }",
        str(value),
    )
    settled(page)


def stroke(page, *places):
    """Draw over the slice, from place to place, each a share of its width and of its height."""
    box = page.locator("#slice").bounding_box()
    points = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()
    settled(page)
