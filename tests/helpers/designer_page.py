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
