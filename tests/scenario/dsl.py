"""The language of scenario files: one verb a line, `#` begins a comment. docs/scenarios.md lists it.

What the world has to have stands above the verbs: lines `with ...`. The rest is
a table of patterns, each with the name of the method of Play (play.py) that does it.
"""
import dataclasses
import pathlib
import re

NODE = r"node-[ab]"
HOST = r"(?:home|broker|controller|spare|node-[ab])"
WHAT = r"(?:agent|worker|zigbee2mqtt|sshd|broker|controller|spare|host)"
NUMBER = r"\d{1,4}"
AMOUNT = r"\d{1,6}"  # of a figure; some are milliseconds
FIGURE = r"(?:overlap|formed|rejoined|regressions|replays|starts|moves|on-air|silence)"
OPERATOR = r"(?:==|!=|<=|>=|<|>)"
STATE = (r"(?:active|standby|ready|not-ready|fault|fenced|catchingup|maintenance|recovering|promoting"
         r"|unreachable)")
WITHIN = rf"(?: within (?P<seconds>{NUMBER}))?"
ON = rf"(?: (?P<host>{HOST}))?"

OPTIONS = re.compile(r"with (?:spare|copy|fencing (?:automatic|required)|failback preempt|max-moves \d\d?)")

VERBS = (
    ("start", rf"start(?: (?P<what>{WHAT}){ON})?"),
    ("stop", rf"stop (?P<what>{WHAT}){ON}"),
    ("restart", rf"restart (?P<what>{WHAT}){ON}"),
    ("kill", rf"kill -9 (?P<what>{WHAT}){ON}"),
    ("freeze", rf"freeze (?P<what>{WHAT}){ON}(?: for (?P<duration>{NUMBER}))?"),
    ("thaw", rf"thaw (?P<what>{WHAT}){ON}"),
    ("power_cut_host", rf"power-cut host (?P<node>{NODE})"),
    ("boot", rf"boot host (?P<node>{NODE})"),
    ("copy_host", rf"copy host (?P<node>{NODE})"),
    ("remove_copy", r"remove copy"),
    ("cut", rf"cut (?P<one>{HOST}) (?P<other>{HOST})(?P<oneway> one-way)?"),
    ("isolate", rf"isolate (?P<host>{HOST})"),
    ("heal", rf"heal (?:(?P<one>{HOST}) (?P<other>{HOST})|all)"),
    ("delay", rf"delay (?P<one>{HOST})(?: (?P<other>{HOST}))? (?P<milliseconds>{NUMBER})ms"
              r"(?: loss (?P<loss>\d\d?)%)?"),
    ("dongle", rf"(?P<verb>unplug|plug|hang|resume|reset|power-cut) (?P<node>{NODE})"),
    ("fail_writes", rf"fail-writes (?P<node>{NODE}) (?P<count>{NUMBER})"),
    ("fill", rf"fill disk (?P<node>{NODE})"),
    ("free", rf"free disk (?P<node>{NODE})"),
    ("outlet", rf"outlet (?P<node>{NODE}) (?P<mood>obeys|refuses|sticks)"),
    ("device", r"(?P<verb>press|report|announce) (?P<device>plug|bulb|sensor)"),
    ("cli", rf"(?P<mood>must-fail |begin )?(?P<verb>switchover|failover|drill)"
            rf"(?: (?P<node>{NODE}))?"),
    ("pause_for", rf"pause for (?P<seconds>{NUMBER})"),
    ("cli", rf"(?P<mood>must-fail )?(?P<verb>pause|resume-moves|maintenance|maintenance-stop"
            rf"|maintenance-off|clear-fault)(?: (?P<node>{NODE}))?"),
    ("let_pass", rf"let (?P<seconds>{NUMBER}) s pass"),
    ("wait_state", rf"wait until (?P<node>{NODE}) (?P<state>{STATE}){WITHIN}"),
    ("wait_on_air", rf"wait until on-air (?P<who>{NODE}|nobody){WITHIN}"),
    ("wait_settled", rf"wait until settled{WITHIN}"),
    ("wait_online", rf"wait until zigbee2mqtt online{WITHIN}"),
    ("wait_history", rf"wait until history has (?P<text>.+?){WITHIN}"),
    ("wait_role", rf"wait until (?P<which>controller|spare) (?P<role>acts|stands-by|gone){WITHIN}"),
    ("wait_controller", rf"wait until controller (?P<state>[a-z_]+){WITHIN}"),
    ("keep", rf"stays (?P<node>{NODE}) for (?P<seconds>{NUMBER})"),
    ("expect_figure", rf"expect (?P<figure>{FIGURE}) (?P<operator>{OPERATOR}) (?P<number>{AMOUNT})"),
    ("expect_on_air", rf"expect on-air (?P<who>{NODE}|nobody)"),
    ("expect_answer", rf"expect answer (?P<device>plug|bulb|sensor){WITHIN}"),
    ("expect_active", rf"expect active (?P<who>{NODE}|nobody)"),
    ("expect_history", r"expect history (?P<absent>lacks|has) (?P<text>.+)"),
    ("expect_truthful", r"expect truthful"),
)
PATTERNS = [(method, re.compile(pattern)) for method, pattern in VERBS]
FILE_MAX = 64 * 1024


class Wrong(Exception):
    """A line that is not understood, or that did not hold; begins with file:line."""


@dataclasses.dataclass(frozen=True)
class Line:
    place: str  # file:line
    text: str
    method: str
    arguments: dict


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    about: str  # the first comment
    marks: frozenset  # of `# ci`, `# negative`
    lines: tuple
    options: frozenset = frozenset()  # what the world must have: "spare", "fencing required"


def parse_line(text, place):
    for method, pattern in PATTERNS:
        match = pattern.fullmatch(text)
        if match:
            return Line(place, text, method, match.groupdict())
    raise Wrong(f"{place}: not understood: {text}")


def parse(file):
    file = pathlib.Path(file)
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{file}: {error}") from None
    if len(text) > FILE_MAX:
        raise Wrong(f"{file}: longer than {FILE_MAX} bytes")
    lines, comments, options = [], [], set()
    for number, line in enumerate(text.splitlines(), 1):
        code, _, comment = line.partition("#")
        if comment.strip():
            comments.append(comment.strip())
        code = " ".join(code.split())
        if code.startswith("with "):
            if lines or not OPTIONS.fullmatch(code):
                raise Wrong(f"{file.name}:{number}: not understood here: {code}")
            options.add(code.removeprefix("with "))
        elif code:
            lines.append(parse_line(code, f"{file.name}:{number}"))
    if not comments or not lines:
        raise Wrong(f"{file}: needs a comment that says what it proves, and lines")
    marks = frozenset(mark for mark in ("ci", "negative") if mark in comments)
    about = next((comment for comment in comments if comment not in marks), "")
    return Scenario(file.stem, about, marks, tuple(lines), frozenset(options))
