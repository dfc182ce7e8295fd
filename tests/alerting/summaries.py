"""The few forms of Grafana's templates that summaries use. Anything else is refused, so that no slip goes unseen."""

import re
from collections.abc import Callable, Mapping

VALUE = r"\$values\.(\w+)\.Value"
CHOICE = rf"\{{\{{ if gt {VALUE} ([\d.]+) \}}\}}(.*?)\{{\{{ else \}}\}}(.*?)\{{\{{ end \}}\}}"


def render(template: str, labels: Mapping[str, str], numbers: Mapping[str, float | None]) -> str:
    """Fill in a summary. As in Grafana a number that nobody told is 0."""

    def expression(found: re.Match[str]) -> str:
        text = found[1].strip()
        for pattern, say in forms.items():
            if match := re.fullmatch(pattern, text):
                return say(match)
        raise ValueError(f"{{{{ {text} }}}} is no form that is known here")

    def number(name: str) -> float:
        return numbers.get(name) or 0

    def chosen(found: re.Match[str]) -> str:
        return found[3] if number(found[1]) > float(found[2]) else found[4]

    def printed(match: re.Match[str]) -> str:
        return match[1] % tuple(number(name) for name in re.findall(VALUE, match[2]))

    forms: dict[str, Callable[[re.Match[str]], str]] = {
        r"\$labels\.(\w+)": lambda match: labels[match[1]],
        VALUE: lambda match: f"{number(match[1]):.10g}",
        f"humanizeDuration {VALUE}": lambda match: duration(number(match[1])),
        f"humanizePercentage {VALUE}": lambda match: f"{number(match[1]) * 100:.4g}%",
        rf'printf "([^"]+)"((?: {VALUE})+)': printed,
    }
    return re.sub(r"\{\{(.*?)\}\}", expression, re.sub(CHOICE, chosen, template))


def duration(seconds: float) -> str:
    """Prometheus's humanizeDuration for a second and more; the fraction below a minute to four digits."""
    if seconds < 60:
        return f"{seconds:.4g}s"
    parts = [("d", 86_400, 10**9), ("h", 3_600, 24), ("m", 60, 60), ("s", 1, 60)]
    whole = [(int(seconds // size % most), unit) for unit, size, most in parts]
    while whole and whole[0][0] == 0:
        whole.pop(0)
    return " ".join(f"{count}{unit}" for count, unit in whole)
