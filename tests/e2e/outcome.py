"""Turns what happened into the closing table, report.json and a verdict."""
import json
import pathlib

HEAD = ("step", "gap (s)", "re-joined", "formed", "overlap ms", "traps", "")


def summary(rows, air, traps):
    """The report; `air`: the figures of the emulated air over the whole run."""
    return {
        "steps": [{"name": r["name"], "gap_s": r["gap_s"], "ok": r["ok"]} for r in rows],
        "devices_rejoined": air.rejoined,
        "networks_formed": air.formed,
        "max_on_air_overlap_ms": air.overlap_ms,
        "traps_received": traps,
    }


def faults(report, expected_steps, leaks):
    """One line for everything that is not as it has to be; empty when all of it holds."""
    lines = [f"step failed: {s['name']}" for s in report["steps"] if not s["ok"]]
    if len(report["steps"]) < expected_steps:
        lines.append(f"only {len(report['steps'])} of {expected_steps} steps were run")
    for name, wanted in (("devices_rejoined", 0), ("networks_formed", 1),
                         ("max_on_air_overlap_ms", 0)):
        if report[name] != wanted:
            lines.append(f"{name} is {report[name]}, must be {wanted}")
    if report["traps_received"] < 1:
        lines.append("no trap was received")
    return lines + [f"{name} found in {file}" for file, name in leaks]


def table(rows, report):
    """The closing table as text."""
    lines = [HEAD]
    for r in rows:
        gap = "-" if r["gap_s"] is None else f"{r['gap_s']:.1f}"
        lines.append((r["name"], gap, str(r.get("rejoined", "-")), str(r.get("formed", "-")),
                      f"{r.get('overlap_ms', 0):g}", str(r.get("traps", "-")),
                      "ok" if r["ok"] else "FAILED"))
    lines.append(("in all", "", str(report["devices_rejoined"]), str(report["networks_formed"]),
                  f"{report['max_on_air_overlap_ms']:g}", str(report["traps_received"]), ""))
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]

    def text(line):
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:-1], widths[1:-1])]
        return "  ".join(cells + [line[-1]]).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(HEAD) - 1))
    return "\n".join([text(lines[0]), rule, *map(text, lines[1:-1]), rule, text(lines[-1])])


def write(report, file):
    pathlib.Path(file).write_text(json.dumps(report, indent=2) + "\n")
