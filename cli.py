"""The command line: parse, call, print, exit. No logic lives here; it is the one place that reads the clock.

Exit status: 0 nothing breached; 1 a breach was found (`check`, or `nightly --fail-on-breach`); 2 it ran but is
incomplete (a fault, a case that could not be read, or a caseload that has suddenly shrunk); 3 it did not run.
"""

from __future__ import annotations

import gc
import io
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

import rules
from engine.duty.english import people
from engine.duty.rulebook import Rulebook, collect
from engine.judge.outcome import OUTCOMES
from engine.record.model import CaseRecord
from engine.record.problem import KeptError, RecordProblem, harmless
from engine.record.timeline import LAST_MOMENT, View

if TYPE_CHECKING:
    from engine.duty.changelog import Kind
    from engine.judge.caseload_judge import Progress as Stage
    from engine.judge.difference import By, Moved
    from engine.judge.outcome import Fault, Outcome
    from engine.ledger.changed import By as Grouping
    from engine.ledger.coming import By as WhoseDue
    from engine.ledger.waived import Waiver
    from engine.ledger.waivers import Picked
    from engine.policy.examples import Example
    from engine.report.export import Form
    from engine.running.settings import Level

KEPT, BREACHED, INCOMPLETE, DID_NOT_RUN = 0, 1, 2, 3
HERE = ZoneInfo("Europe/London")
RARELY = 50_000, 20, 100
"""How seldom Python looks for garbage in circles, of which judging makes little: its own choice costs a twentieth of a night."""
EXAMPLES = Path(__file__).parent / "fixtures"
CHANGELOG = Path(str(rules.__file__)).parent / "CHANGELOG.md"

Command = TypeVar("Command", bound=Callable[..., object])


class Day(click.ParamType[date]):
    """A date such as 2025-03-04."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date, or a plain word about what is wrong with it."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{harmless(str(value))!r} is not a date that exists; write it as 2025-03-04", param, ctx)


class Moment(click.ParamType[datetime]):
    """A moment such as 2025-03-04T16:30; a date alone is the end of that day."""

    name = "when"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, or a plain word about what is wrong with it."""
        text = str(value)
        try:
            if len(text) == len("2025-03-04"):
                return datetime.combine(date.fromisoformat(text), LAST_MOMENT)
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{harmless(text)!r} is not a moment; write 2025-03-04 or 2025-03-04T16:30", param, ctx)
        return moment.astimezone(HERE).replace(tzinfo=None) if moment.tzinfo else moment


def judging(command: Command) -> Command:
    """The options that `check` and `nightly` share."""
    options = [
        click.option("--as-at", type=Day(), help="The day to look from; today unless given."),
        click.option(
            "--known-at",
            type=Moment(),
            help="What was on the record by this moment; the end of the as-at day unless given.",
        ),
        click.option(
            "--clause",
            "clauses",
            multiple=True,
            metavar="ID",
            help="Only this clause or duty; may be given several times.",
        ),
        click.option(
            "--stated-only/--no-stated-only",
            help="Judge only by what the standards or the court state; local values count as not set.",
        ),
        click.option(
            "--rulebook",
            "frozen",
            type=click.Path(path_type=Path),
            help="Judge by this frozen rulebook instead of the rules.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def format_option(*choices: str) -> Callable[[Command], Command]:
    """The option that says in which form to print."""
    return click.option(
        "--format", "form", type=click.Choice(choices), default=choices[0], show_default=True, help="How to print."
    )


reasons_option = click.option(
    "--unmasked/--masked", help="With the reasons of waivers, which are free text and may name somebody; or without."
)
ledger_option = click.option(
    "--ledger", "where", required=True, metavar="WHERE", help="The ledger: a file, or a database address."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="kept")
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="KEPT_CONFIG",
    show_envvar=True,
    help="A file of settings (see `kept config check`); an option given here wins.",
)
@click.pass_context
def kept(context: click.Context, config: Path | None) -> None:
    """Were the promises that the standards make to a child kept?"""
    context.obj = config
    if config is not None and context.invoked_subcommand not in ("config", "doctor"):
        from engine.running.settings_file import read_settings

        context.default_map = _defaults(kept, read_settings(config).options())


@kept.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE|FILE…")
@click.option("--caseload", metavar="WHERE", help="The arguments are ids of cases in this caseload (see nightly).")
@click.option("--ledger", "where", metavar="WHERE", help="Show the waivers of this ledger beside the outcomes.")
@reasons_option
@judging
@format_option("text", "json", "jsonl", "csv")
def check(
    cases: tuple[str, ...],
    caseload: str | None,
    where: str | None,
    unmasked: bool,
    as_at: date | None,
    known_at: datetime | None,
    clauses: tuple[str, ...],
    stated_only: bool,
    frozen: Path | None,
    form: str,
) -> int:
    """Check one case, or a few: case files, or with --caseload the ids of cases.

    Exit status 1 if there is a breach, 2 if something could not be judged, 3 if nothing could.
    """
    from engine.judge.case_judge import CaseJudge
    from engine.ledger.waived import waived
    from engine.report.results import check_json, split_trial, write_csv, write_jsonl
    from engine.report.text import show_check, show_unreadable

    book = _rulebook(frozen)
    judge = CaseJudge(book, only=clauses, stated_only=stated_only)
    view = View(as_at or _today(), known_at)
    results, problems = [], []
    for read in _cases(cases, caseload, book):
        if isinstance(read, RecordProblem):
            problems.append(read)
        else:
            results.append(judge.judge(read, view, explained=True))
    if not results:
        raise KeptError("\n".join(str(problem) for problem in problems))
    every = [finding for result in results for finding in result.findings]
    counted, _ = split_trial(every, book.on_trial)
    beside = waived(every, _waivers(where, unmasked=unmasked), view.as_at)
    if form == "json":
        click.echo(check_json(results, problems, book.on_trial, beside))
    elif form in ("csv", "jsonl"):
        (write_csv if form == "csv" else write_jsonl)(counted, sys.stdout, beside)
        _complain(problems, [fault for result in results for fault in result.faults])
    else:
        console = _console()
        show_unreadable(console, problems)
        for result in results:
            show_check(console, result, book, beside)
    if problems or any(result.faults for result in results):
        return INCOMPLETE
    if not any(result.events for result in results):
        raise KeptError(
            f"Nothing to judge: nothing had happened and was on the record as at {people(view.as_at)}. "
            "That is not the same as kept. Look from a later day with --as-at, or check the dates in the case."
        )
    return BREACHED if any(finding.outcome == "breached" for finding in counted) else KEPT


@kept.command()
@click.option(
    "--caseload",
    required=True,
    metavar="WHERE",
    help="The tables: a folder of Parquet or CSV, a DuckDB file, postgresql://user@host/database?schema=name, or a Spark "
    "master with a path (local[*]:/data/caseload).",
)
@click.option(
    "--ledger",
    "where",
    required=True,
    metavar="WHERE",
    help="The ledger: a file, made if it is not there, or a database address.",
)
@click.option(
    "--series",
    default="",
    metavar="NAME",
    help="Compare it with the nights of this name, wherever their caseload lay; else with those over the same address.",
)
@click.option(
    "--outcomes", type=click.Path(path_type=Path), help="Also write every outcome there, as outcomes.parquet."
)
@click.option("--report", type=click.Path(path_type=Path), help="Also write a page for people there.")
@click.option("--threads", type=click.IntRange(1, 1024), help="How many threads may judge; all there are unless given.")
@click.option(
    "--memory", metavar="AMOUNT", help="How much memory judging may take before it goes to disk, such as 4GB."
)
@click.option(
    "--quarantine-share",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.02,
    show_default=True,
    help="With more than this share of cases that cannot be read, the night is no point in a trend.",
)
@click.option(
    "--caseload-share",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="With fewer cases than this share of the last whole night's, nothing that is missing is closed.",
)
@click.option(
    "--accept-fewer", is_flag=True, help="The caseload is right, however few its cases: close what is missing."
)
@click.option("--fail-on-breach", is_flag=True, help="Exit with 1 when there is a breach.")
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    help="Add a line of JSON for each thing that happens; - is standard error.",
)
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True,
    help="The least that is put in the log.",
)  # fmt: skip
@click.option(
    "--metrics", type=click.Path(path_type=Path), help="Also write OpenMetrics there, a file .prom for a node exporter."
)
@reasons_option
@judging
@format_option("text", "json")
def nightly(
    caseload: str,
    where: str,
    series: str,
    outcomes: Path | None,
    report: Path | None,
    threads: int | None,
    memory: str | None,
    quarantine_share: float,
    caseload_share: float,
    accept_fewer: bool,
    fail_on_breach: bool,
    log: Path | None,
    log_level: Level,
    metrics: Path | None,
    unmasked: bool,
    as_at: date | None,
    known_at: datetime | None,
    clauses: tuple[str, ...],
    stated_only: bool,
    frozen: Path | None,
    form: str,
) -> int:
    """Judge every case of a caseload, and write the night into the ledger.

    Exit status 0 when every case was judged, whatever the outcomes; 2 when some could not be, or the caseload has suddenly
    shrunk; 3 when none was.
    """
    from engine.judge.caseload_judge import CaseloadJudge
    from engine.ledger.night import run_night
    from engine.ledger.runs import series_name
    from engine.ledger.store import Ledger
    from engine.record.engines import open_engine, shown
    from engine.record.fingerprint import fingerprint
    from engine.record.table_engine import closing
    from engine.report.page import write_page
    from engine.report.results import night_json
    from engine.report.text import show_night
    from engine.running.watch import watching

    started_at = _now()
    places = {"Ledger": shown(where)}
    series = series and series_name(series)
    with watching(log, log_level, metrics, now=_now) as watch:
        book = _rulebook(frozen)
        judge = CaseloadJudge(book, only=clauses, stated_only=stated_only)
        view = View(as_at or _today(), known_at)
        watch.started(book, view, stated_only=stated_only)
        with (
            Ledger.open(where) as ledger,
            closing(open_engine(caseload, book.dictionary, threads=threads, memory=memory)) as engine,
            _stages() as progress,
        ):
            summary = run_night(
                lambda: watch.judging(judge.judge(engine, view, progress=watch.progress(progress))),
                book,
                view,
                ledger,
                described=shown(caseload),
                started_at=started_at,
                finished_clock=watch.writing,
                outcomes_dir=outcomes,
                stated_only=stated_only,
                clauses=clauses,
                fingerprint=fingerprint(engine),
                most_unread=quarantine_share,
                fewest=0 if accept_fewer else caseload_share,
                series=series,
                unmasked=unmasked,
            )
        watch.reporting()
        if outcomes is not None:
            places["Outcomes"] = str(outcomes / "outcomes.parquet")
        if report is not None:
            write_page(summary, report)
            places["Report"] = str(report)
        watch.found(summary)
    if form == "json":
        click.echo(night_json(summary))
    else:
        show_night(_console(), summary, places)
    for problem in watch.problems:
        click.echo(f"kept: {problem}", err=True)
    if not summary.complete or watch.problems:
        return INCOMPLETE
    return BREACHED if fail_on_breach and summary.outcomes["breached"] else KEPT


@kept.command()
@ledger_option
@click.option("--since", metavar="RUN", help="The night to compare the last with; the one before it unless given.")
@click.option(
    "--by", type=click.Choice(["clause", "team", "practitioner"]), default="clause", show_default=True,
    help="What to count by.",
)  # fmt: skip
@format_option("text", "json", "csv")
def changes(where: str, since: str | None, by: Grouping, form: str) -> int:
    """Which breaches are new since the night before, still there, put right (and how), or back again."""
    from engine.ledger.changes import changes_since
    from engine.ledger.store import Ledger
    from engine.report.changes_text import changes_csv, changes_json, show_changes

    with Ledger.open(where) as ledger:
        found = changes_since(ledger, since)
    if form == "json":
        click.echo(changes_json(found))
    elif form == "csv":
        changes_csv(found, sys.stdout)
    else:
        show_changes(_console(), found, by)
    return KEPT


@kept.command()
@click.argument("run")
@click.argument("instance", required=False)
@ledger_option
@click.option("--caseload", required=True, metavar="WHERE", help="Where the records are (see nightly).")
@format_option("text", "json")
def verify(run: str, instance: str | None, where: str, caseload: str, form: str) -> int:
    """Judge a night of the ledger again, or one instance of it, by the rulebook that is kept, and say whether it stands.

    Exit status 0 when the answer stands; 1 when it differs; 2 when some of it could not be judged; 3 when nothing could.
    """
    from engine.ledger.runs import versions
    from engine.ledger.store import Ledger
    from engine.ledger.verify import kept_rulebook, verify_instance, verify_night
    from engine.record.engines import open_engine
    from engine.record.table_engine import closing
    from engine.report.ledger_text import show_verification, verification_json

    with Ledger.open(where) as ledger:
        _, book = kept_rulebook(ledger, run)
        with closing(open_engine(caseload, book.dictionary)) as engine:
            if instance is None:
                found = verify_night(ledger, run, engine, versions())
            else:
                found = verify_instance(ledger, run, instance, engine, versions())
    if form == "json":
        click.echo(verification_json(found))
    else:
        show_verification(_console(), found)
    if not found.stands:
        return BREACHED
    return INCOMPLETE if found.unread else KEPT


@kept.command()
@ledger_option
@format_option("text", "json")
def quarantine(where: str, form: str) -> int:
    """The cases that could not be read in the last night: where, why, and since when."""
    from engine.ledger.reading import quarantine as set_aside
    from engine.ledger.store import Ledger
    from engine.report.ledger_text import set_aside_json, show_set_aside

    with Ledger.open(where) as ledger:
        run, cases = set_aside(ledger)
    if form == "json":
        click.echo(set_aside_json(run, cases))
    else:
        show_set_aside(_console(), run, cases)
    return KEPT


@kept.command()
@ledger_option
@format_option("text", "json")
def runs(where: str, form: str) -> int:
    """The nights in a ledger."""
    from engine.ledger.store import Ledger
    from engine.report.ledger_text import runs_json, show_runs

    with Ledger.open(where) as ledger:
        found = ledger.runs()
    if form == "json":
        click.echo(runs_json(found))
    else:
        show_runs(_console(), found)
    return KEPT


@kept.command()
@ledger_option
@click.option("--run", metavar="RUN", help="The night; the last one unless given.")
@click.option(
    "--format", "form", required=True, type=click.Choice(["csv", "xlsx", "jsonl", "parquet", "html"]), help="As what."
)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write.")
@click.option("--team", help="Only findings of this team; '' for those without one.")
@click.option("--clause", "clauses", multiple=True, metavar="ID", help="Only this clause or duty; may be given again.")
@click.option(
    "--outcome", "outcomes", multiple=True, type=click.Choice(list(OUTCOMES)), help="Only these; may be given again."
)
@click.option(
    "--unmasked/--masked", help="With the ids of cases, children and staff, and with what is missing; or with masks."
)
def export(
    where: str,
    run: str | None,
    form: Form,
    out: Path,
    team: str | None,
    clauses: tuple[str, ...],
    outcomes: tuple[Outcome, ...],
    unmasked: bool,
) -> int:
    """Write the findings of a night of the ledger into a file, with masks for ids unless asked otherwise."""
    from engine.ledger.exported import Chosen
    from engine.ledger.exported import export as exported
    from engine.ledger.store import Ledger
    from engine.report.export import write_export

    with Ledger.open(where) as ledger:
        found = exported(ledger, run, Chosen(team=team, clauses=clauses, outcomes=outcomes), masked=not unmasked)
    write_export(found, form, out)
    click.echo(
        f"{out}: {found.findings.num_rows:,} findings of the night {found.run.id}{'' if unmasked else ', masked'}"
    )
    return KEPT


@kept.command()
@ledger_option
@click.option("--team", help="Only this team's.")
@click.option("--since", metavar="RUN", help="The night to compare the last with; the one before it unless given.")
@click.option("--out", type=click.Path(path_type=Path), help="Write them into this folder, as .txt, .html and .eml.")
@click.option("--send", is_flag=True, help="Send them to the addresses in the settings, each once for a night.")
@click.option("--config", type=click.Path(path_type=Path), help="The file of settings, as for `kept --config`.")
@click.pass_obj
def digest(
    named: Path | None,
    where: str,
    team: str | None,
    since: str | None,
    out: Path | None,
    send: bool,
    config: Path | None,
) -> int:
    """Tell each team what is new since the night before, what falls due, and what was put right.

    Exit status 2 when some could not be sent: the next `kept digest --send` tries those again. One that was cut off on its
    way is left alone for half an hour first, and may come twice: nobody can say whether the mail server took it.
    """
    from engine.ledger.digest import digests
    from engine.ledger.store import Ledger
    from engine.report.digest import digest_mail, digest_text, write_digest
    from engine.report.digest_sent import send_digests, sender
    from engine.running.settings import Settings
    from engine.running.settings_file import read_settings

    file = config or named
    settings = read_settings(file) if file else Settings()
    if send and settings.smtp is None:
        raise KeptError(
            "There is no mail server to send from. Name it in the settings, under [smtp], with --config FILE."
        )
    with Ledger.open(where) as ledger:
        found = digests(ledger, team, since)
        link = settings.digests.link
        for each in found:
            if out is not None:
                mail = digest_mail(each, sender(settings), settings.teams.get(each.team, ()), _now(), link)
                for path in write_digest(each, out, mail, link):
                    click.echo(path)
            elif not send:
                click.echo(digest_text(each, link))
        if not send:
            return KEPT
        told = send_digests(ledger, settings, found, _now, team)
    for line in told.lines:
        click.echo(line, err=told.failed)
    return INCOMPLETE if told.failed else KEPT


@kept.command()
@ledger_option
@click.option("--before", type=Day(), help="The first day that stays; without it, what was removed so far is listed.")
@click.option("--yes", is_flag=True, help="Remove it; only what would go is shown unless given.")
@click.option("--by", metavar="NAME", help="Who does it; who is signed in on this machine unless given.")
@format_option("text", "json")
def purge(where: str, before: date | None, yes: bool, by: str | None, form: str) -> int:
    """Remove from the ledger, for good, every night that looks from before a day, and what stood in no later one."""
    from engine.ledger.purge import purge as purged
    from engine.ledger.purge import purges, would_remove
    from engine.ledger.store import Ledger
    from engine.report.purge_text import purges_json, purges_text, removal_json, removal_text

    with Ledger.open(where) as ledger:
        if before is None:
            found = purges(ledger)
            click.echo(purges_json(found) if form == "json" else purges_text(found))
            return KEPT
        removed = (
            purged(ledger, before, by=by or _signed_in(), at=_now()).removed if yes else would_remove(ledger, before)
        )
    click.echo((removal_json if form == "json" else removal_text)(removed, before, done=yes))
    return KEPT


class WithDefault(click.Group):
    """A group whose first word is a command of its own, or what its command `ask` is about."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Say `ask` where it was not said."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["ask", *args]
        return super().parse_args(ctx, args)


by_option = click.option("--by", metavar="NAME", help="Who does it; who is signed in on this machine unless given.")


@kept.group(cls=WithDefault)
def waive() -> None:
    """Ask to waive an instance or a clause for some time: kept waive INSTANCE|CLAUSE --reason … --until DAY.

    A waiver counts when a second person has approved it. It changes no outcome: it is shown beside it.
    """


@waive.command(hidden=True)
@click.argument("target", metavar="INSTANCE|CLAUSE")
@ledger_option
@click.option("--team", default="", help="The clause in this team only.")
@click.option("--reason", required=True, help="Why; name nobody: it is kept as long as the waiver.")
@click.option("--until", required=True, type=Day(), help="The last day on which it counts.")
@click.option("--from", "begins", type=Day(), help="The first day on which it counts; today unless given.")
@by_option
@reasons_option
@format_option("text", "json")
def ask(
    target: str,
    where: str,
    team: str,
    reason: str,
    until: date,
    begins: date | None,
    by: str | None,
    unmasked: bool,
    form: str,
) -> int:
    """Ask to waive an instance, or a clause (or duty) in a team or in all, until a day."""
    from engine.ledger.store import Ledger
    from engine.ledger.waivers import ask as ask_for

    book = _rulebook(None)
    clauses = {name for duty in book.duties for name in (duty.id, duty.clause)}
    now = _now()
    with Ledger.open(where) as ledger:
        waiver = ask_for(
            ledger, target, team=team, reason=reason, until=until, begins=begins, by=by or _signed_in(), at=now,
            clauses=clauses,
        )  # fmt: skip
    return _tell_waiver(waiver, now.date(), form, unmasked=unmasked)


@waive.command()
@click.argument("number", type=click.IntRange(1))
@ledger_option
@click.option("--backdated", is_flag=True, help="Also for the days before today that were asked for.")
@by_option
@reasons_option
@format_option("text", "json")
def approve(number: int, where: str, backdated: bool, by: str | None, unmasked: bool, form: str) -> int:
    """Approve the waiver with that number, as somebody else than asked for it."""
    from engine.ledger.store import Ledger
    from engine.ledger.waivers import approve as approve_it

    now = _now()
    with Ledger.open(where) as ledger:
        waiver = approve_it(ledger, number, by=by or _signed_in(), at=now, backdated=backdated)
    return _tell_waiver(waiver, now.date(), form, unmasked=unmasked)


@waive.command()
@click.argument("number", type=click.IntRange(1))
@ledger_option
@by_option
@reasons_option
@format_option("text", "json")
def withdraw(number: int, where: str, by: str | None, unmasked: bool, form: str) -> int:
    """Withdraw the waiver with that number: from today on it counts no longer."""
    from engine.ledger.store import Ledger
    from engine.ledger.waivers import withdraw as withdraw_it

    now = _now()
    with Ledger.open(where) as ledger:
        waiver = withdraw_it(ledger, number, by=by or _signed_in(), at=now)
    return _tell_waiver(waiver, now.date(), form, unmasked=unmasked)


@waive.command(name="list")
@ledger_option
@click.option("--active", "picked", flag_value="active", multiple=True, help="Those that count today.")
@click.option("--expiring", "picked", flag_value="expiring", multiple=True, help="Those that end within 14 days.")
@click.option("--expired", "picked", flag_value="expired", multiple=True, help="Those that counted, and no longer do.")
@click.option(
    "--unused", "picked", flag_value="unused", multiple=True, help="Those beside which nothing was ever breached."
)
@click.option("--renewed", "picked", flag_value="renewed", multiple=True, help="Those asked for again more than twice.")
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@reasons_option
@format_option("text", "json")
def list_waived(where: str, picked: tuple[Picked, ...], as_at: date | None, unmasked: bool, form: str) -> int:
    """Every waiver and what became of it; of several options, those to which each applies.

    As text with its reason, which whoever approves it has to read.
    """
    from engine.ledger.store import Ledger
    from engine.ledger.waivers import list_waivers
    from engine.report.waivers_text import show_waivers, waivers_json

    today = as_at or _today()
    with Ledger.open(where) as ledger:
        listed = list_waivers(ledger, today, picked)
    if form == "json":
        click.echo(waivers_json(listed, today, unmasked=unmasked))
    else:
        show_waivers(_console(), listed, today)
    return KEPT


def _tell_waiver(waiver: Waiver, today: date, form: str, *, unmasked: bool) -> int:
    from engine.report.waivers_text import told, waiver_json

    click.echo(waiver_json(waiver, today, unmasked=unmasked) if form == "json" else told(waiver, today))
    return KEPT


@kept.command(name="coming")
@ledger_option
@click.option("--days", type=click.IntRange(0, 366), default=14, show_default=True, help="How many days ahead.")
@click.option("--by", type=click.Choice(["practitioner", "team"]), help="For each of them apart.")
@click.option("--team", default="", help="Only this team.")
@click.option("--picture", type=click.Path(path_type=Path), help="Also draw the next eight weeks: a file .png or .svg.")
@click.option(
    "--ics", type=click.Path(path_type=Path), help="Also write calendars: a file .ics, or with --by a folder of them."
)
@format_option("text", "json", "csv")
def coming_soon(
    where: str, days: int, by: WhoseDue | None, team: str, picture: Path | None, ics: Path | None, form: str
) -> int:
    """What falls due, earliest first, as the last night saw it."""
    from engine.ledger.coming import coming
    from engine.ledger.store import Ledger
    from engine.report import coming_text as told_due

    if picture is not None:
        from engine.report.coming_picture import FORMS, write_weeks
        from engine.report.pictures import check_form

        check_form(picture, FORMS)
    if ics is not None:
        from engine.report.coming_calendar import check_place, write_calendars

        check_place(ics, by)
    with Ledger.open(where) as ledger:
        found = coming(ledger, days, team)
    if picture is not None:
        write_weeks(found, picture)
    if ics is not None:
        write_calendars(found, ics, by)
    if form == "json":
        click.echo(told_due.coming_json(found))
    elif form == "csv":
        told_due.coming_csv(found, sys.stdout)
    else:
        told_due.show_coming(_console(), found, by)
    return KEPT


@kept.command()
@click.argument("practitioner", required=False)
@click.option("--team", help="Everybody in this team, in numbers that name nobody.")
@click.option("--caseload", required=True, metavar="WHERE", help="Where the records are (see nightly).")
@click.option("--since", type=Day(), help="Only what was put in the log on that day or later.")
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@format_option("text", "json", "csv")
def learning(
    practitioner: str | None, team: str | None, caseload: str, since: date | None, as_at: date | None, form: str
) -> int:
    """The learning log of a practitioner, or of a team: what is to be learnt, and what supervision took up again.

    For a team, numbers about fewer than five practitioners are withheld.
    """
    from engine.record.engines import open_engine
    from engine.record.table_engine import closing
    from engine.report import learning_text as told
    from engine.report.learning import practitioner_log, team_log

    if (practitioner is None) == (team is None):
        raise click.UsageError("Name one practitioner, or a team with --team.")
    words, view = _rulebook(None).dictionary, View(as_at or _today())
    with closing(open_engine(caseload, words)) as engine:
        if team is not None:
            log = team_log(engine, words, team, view, since)
        else:
            log = practitioner_log(engine, words, str(practitioner), view, since)
    if form == "json":
        click.echo(told.log_json(log) if team is None else told.team_json(log))
    elif form == "csv":
        (told.write_log if team is None else told.write_team)(log, sys.stdout)
    else:
        (told.show_log if team is None else told.show_team)(_console(), log)
    return KEPT


@kept.command()
@click.option("--team", required=True, help="The team.")
@click.option("--caseload", required=True, metavar="WHERE", help="Where the records are (see nightly).")
@click.option(
    "--ledger", "where", metavar="WHERE", help="Take compliance from the last complete night here; else judge now."
)
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@format_option("text", "json")
def quality(team: str, caseload: str, where: str | None, as_at: date | None, form: str) -> int:
    """The grades of a team's assessments by outcome, beside how far its promises were kept; nobody is named or ranked.

    Numbers about fewer than five practitioners are withheld. Exit status 2 if some of it could not be judged.
    """
    from engine.record.engines import open_engine
    from engine.record.table_engine import closing
    from engine.report.quality import team_quality
    from engine.report.quality_text import quality_json, show_quality

    book, view = _rulebook(None), View(as_at or _today())
    with closing(open_engine(caseload, book.dictionary)) as engine, _stages() as progress:
        found = team_quality(engine, book, team, view, where, progress)
    if form == "json":
        click.echo(quality_json(found))
    else:
        show_quality(_console(), found)
    return INCOMPLETE if found.problems or found.faults else KEPT


@kept.command()
@click.option(
    "--cases", "count", required=True, type=click.IntRange(1, 10_000_000), help="How many court cases to make."
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The directory to write; an earlier sample there is replaced.",
)
@click.option(
    "--as-at",
    type=Day(),
    default=date(2025, 6, 30),
    show_default="2025-06-30",
    help="The day up to which the cases have lived.",
)
def sample(count: int, seed: int, out: Path, as_at: date) -> int:
    """Make a synthetic caseload: nobody in it is real."""
    from engine.policy.sample import make_sample

    book = _rulebook(None)
    judged = [(duty.id, duty.for_each) for duty in book.duties if duty.judged]
    with _progress("Making cases", count) as advance:
        made = make_sample(book.dictionary, out, count, seed, advance, as_at=as_at, judgements=judged)
    _console().print(f"{made['cases']:,} timelines with {made['events']:,} events in {out}", highlight=False)
    return KEPT


# --- running it every night --------------------------------------------------------------------------------------------


@kept.group(name="config")
def config_group() -> None:
    """Look at the file of settings that `kept --config FILE` and KEPT_CONFIG name."""


@config_group.command(name="check")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def check_config(config: Path | None, file: Path | None) -> int:
    """Say everything that is wrong with the file, each with its line and what to do.

    Exit status 0 if nothing is, 3 if something is.
    """
    from engine.running.settings_file import read_settings

    path = _named(file or config)
    book = _rulebook(None)
    read_settings(path, {duty.id for duty in book.duties} | {duty.clause for duty in book.duties})
    click.echo(f"{harmless(str(path))}: nothing is wrong with it.")
    return KEPT


@config_group.command(name="show")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@format_option("text", "json")
@click.pass_obj
def show_config(config: Path | None, file: Path | None, form: str) -> int:
    """Every setting that applies, with what was not set; nothing secret is shown."""
    from engine.running.settings_file import read_settings
    from engine.running.settings_shown import settings_toml

    settings = read_settings(_named(file or config))
    if form == "json":
        click.echo(json.dumps(settings.as_shown(), indent=2, ensure_ascii=False))
    else:
        click.echo(settings_toml(settings))
    return KEPT


@kept.command()
@click.option("--config", type=click.Path(path_type=Path), help="The file of settings, as for `kept --config`.")
@click.option("--ledger", "where", metavar="WHERE", help="The ledger; the settings' unless given.")
@click.option("--caseload", metavar="WHERE", help="Where the records are; where the settings say unless given.")
@format_option("text", "json")
@click.pass_obj
def doctor(named: Path | None, config: Path | None, where: str | None, caseload: str | None, form: str) -> int:
    """Look whether everything is there that a night needs, and say what to do where it is not; nothing is changed.

    Exit status 0 if all is well, 1 if somebody should see to something, 3 if a night cannot run or be trusted.
    """
    from engine.report.doctor_text import checks_json, show_check
    from engine.running.doctor import examine, worst_of
    from engine.running.settings import Settings
    from engine.running.settings_file import SettingsProblem, read_settings

    file, problems = config or named, tuple[str, ...]()
    try:
        settings = read_settings(file) if file else Settings()
    except SettingsProblem as error:
        settings, problems = Settings(), error.problems
    given = {"ledger": where or settings.ledger, "caseload": caseload or settings.caseload}
    settings = settings.model_copy(update=given)
    checks, console = [], _console()
    for check in examine(settings, lambda: _rulebook(None), _now(), file, problems):
        checks.append(check)
        if form == "text":
            show_check(console, check)
    worst = worst_of(checks)
    if form == "json":
        click.echo(checks_json(checks, worst))
    return {"ok": KEPT, "warn": BREACHED, "bad": DID_NOT_RUN}[worst]


# --- the rules -----------------------------------------------------------------------------------------------------------


@kept.group(name="rules")
def rules_group() -> None:
    """Look at the rules, freeze them, and run their examples."""


@rules_group.command(name="list")
@format_option("text", "json")
def list_rules(form: str) -> int:
    """Every clause with its parts, its force, and who decides."""
    from engine.policy.examples import read_all
    from engine.report.rules import clauses_json, show_clauses

    book = _rulebook(None)
    counts = (
        {clause: len(examples) for clause, examples in read_all(EXAMPLES, book).items()} if EXAMPLES.is_dir() else {}
    )
    if form == "json":
        click.echo(clauses_json(book, counts))
    else:
        show_clauses(_console(), book, counts)
    return KEPT


@rules_group.command()
@click.argument("clause")
@format_option("text", "html")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; printed when not given.")
def show(clause: str, form: str, out: Path | None) -> int:
    """One clause: what it promises, how we read it, its values, exceptions and examples, in plain English."""
    from engine.record.whole_file import write_whole
    from engine.report.clause import tell_clause
    from engine.report.clause_page import clause_page
    from engine.report.clause_text import clause_text, show_clause

    book = _rulebook(None)
    told = tell_clause(book, clause, _examples(book, clause))
    if out is not None:
        write_whole(out, clause_page(told) if form == "html" else clause_text(told))
        click.echo(out)
    elif form == "html":
        click.echo(clause_page(told), nl=False)
    else:
        show_clause(_console(), told)
    return KEPT


@rules_group.command()
@format_option("text", "json")
def words(form: str) -> int:
    """The record dictionary: every object, event, link, attribute and code, with a sentence."""
    from engine.report.rules import show_words

    book = _rulebook(None)
    if form == "json":
        click.echo(json.dumps(book.dictionary.model_dump(mode="json"), indent=2, ensure_ascii=False))
    else:
        show_words(_console(), book.dictionary)
    return KEPT


@rules_group.command()
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; printed when not given.")
def freeze(out: Path | None) -> int:
    """Write the rulebook as canonical JSON, and print its SHA-256."""
    from engine.record.whole_file import write_whole

    book = _rulebook(None)
    if out is None:
        click.echo(book.canonical())
        click.echo(book.sha256, err=True)
    else:
        write_whole(out, book.canonical())
        click.echo(book.sha256)
    return KEPT


@rules_group.command()
@click.argument("clauses", nargs=-1, metavar="[CLAUSE]…")
@click.option("--examples", type=click.Path(path_type=Path), default=EXAMPLES, help="The folder of example files.")
@click.option("--junit", type=click.Path(path_type=Path), help="Also write the results there as JUnit's XML.")
@format_option("text", "json")
def test(clauses: tuple[str, ...], examples: Path, junit: Path | None, form: str) -> int:
    """Run the examples of these clauses, or of all of them.

    Exit status 1 if one fails that is not a draft, 3 if there was nothing to try.
    """
    from engine.policy.example_run import chosen_examples, run_examples
    from engine.record.whole_file import write_whole
    from engine.report.example_results import examples_json, examples_junit, show_examples

    book = _rulebook(None)
    chosen = chosen_examples(examples, book, clauses)
    with _progress("Trying examples", len(chosen)) as advance:
        run = run_examples(book, chosen, advance)
    if junit is not None:
        write_whole(junit, examples_junit(run))
    if form == "json":
        click.echo(examples_json(run))
    else:
        show_examples(_console(), run)
    return BREACHED if run.failed else KEPT


@rules_group.command(name="try")
@click.argument("clause")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@click.option("--walk", is_flag=True, help="Also look from every day, and list those on which an outcome changes.")
def try_timeline(clause: str, file: Path, as_at: date | None, walk: bool) -> int:
    """Judge a scratch timeline, a case file as for check, by one clause, and draw it.

    Exit status as for check.
    """
    from engine.judge.case_judge import CaseJudge
    from engine.judge.walk import days_to_walk
    from engine.judge.walk import walk as walk_days
    from engine.record.casefile import read_case
    from engine.report.tried import show_tried

    book = _rulebook(None)
    judge = CaseJudge(book, only=[clause])
    case = read_case(file, book.dictionary)
    view = View(as_at or _today())
    judged = judge.judge(case, view, explained=True)
    walked = None
    if walk:
        first, last = days_to_walk(judge, case, view.as_at)
        with _progress("Walking the days", (last - first).days + 1) as advance:
            walked = walk_days(judge, case, first, last, advance)
    show_tried(_console(), judged, case, book, walked)
    if judged.faults or (walked is not None and walked.faults):
        return INCOMPLETE
    if not judged.events:
        raise KeptError(
            f"Nothing to judge: nothing had happened and was on the record as at {people(view.as_at)}. "
            "That is not the same as kept. Look from a later day with --as-at, or check the dates in the file."
        )
    return BREACHED if any(finding.outcome == "breached" for finding in judged.findings) else KEPT


@rules_group.command()
@click.argument("clauses", nargs=-1, metavar="[CLAUSE]…")
@click.option("--examples", type=click.Path(path_type=Path), default=EXAMPLES, help="The folder of example files.")
@click.option("--fail", is_flag=True, help="Exit with 1 when there is a gap.")
@format_option("text", "json")
def gaps(clauses: tuple[str, ...], examples: Path, fail: bool, form: str) -> int:
    """What no example of these clauses shows, or of all: outcomes, boundary days, exceptions, version dates, scope."""
    from engine.policy.examples import read_all
    from engine.policy.gaps import find_gaps, gaps_json, told_gaps

    book = _rulebook(None)
    wanted = {duty.clause for duty in book.duties if duty.id in book.chosen(clauses)}
    read = [one for clause, several in read_all(examples, book).items() if clause in wanted for one in several]
    with _progress("Judging examples", len(read)) as advance:
        found = find_gaps(book, read, clauses, advance)
    click.echo(gaps_json(found) if form == "json" else told_gaps(found))
    return BREACHED if fail and found.gaps else KEPT


@rules_group.command(name="mutate")
@click.argument("clauses", nargs=-1, metavar="[CLAUSE]…")
@click.option("--examples", type=click.Path(path_type=Path), default=EXAMPLES, help="The folder of example files.")
def mutate_rules(clauses: tuple[str, ...], examples: Path) -> int:
    """Make small mistakes in these clauses, or in all of them, and see whether an example notices each.

    For each that none notices, the example that is missing is looked for among small variations of those there are, and
    written out.

    Exit status 1 if one is noticed by no example and not listed in survivors.yaml as changing nothing, or if that list
    holds one that is noticed.
    """
    from engine.policy.mutation.mutating import mutate, reported

    book = _rulebook(None)
    duties = book.chosen(clauses)
    count = sum(any(duty.id in duties for duty in found) for found in book.clauses.values())
    with _progress("Trying mistakes", count) as advance:
        mutation = mutate(book, examples, clauses, progress=advance)
    click.echo(reported(mutation, examples))
    return KEPT if mutation.passed else BREACHED


@rules_group.command()
@click.option(
    "--candidate", required=True, metavar="B", help="The rulebook to come: frozen, a directory, or a revision."
)
@click.option("--base", metavar="A", help="The rulebook to compare it with; today's rules unless given.")
@click.option("--caseload", required=True, metavar="WHERE", help="Where the records are (see nightly).")
@click.option("--by", type=click.Choice(["team", "law", "work"]), help="Also count by this.")
@click.option(
    "--clause", "clauses", multiple=True, metavar="ID", help="Only this clause or duty; may be given several times."
)
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A folder for the page, the numbers, and every instance that moves."
)
@click.option(
    "--listed", type=click.IntRange(0, 1000), default=20, show_default=True, help="So many are told with both reasons."
)
@click.option("--threads", type=click.IntRange(1, 1024), help="How many threads may judge; all there are unless given.")
@click.option(
    "--memory", metavar="AMOUNT", help="How much memory judging may take before it goes to disk, such as 4GB."
)
@format_option("text", "csv", "html", "json")
def impact(
    candidate: str,
    base: str | None,
    caseload: str,
    by: By | None,
    clauses: tuple[str, ...],
    as_at: date | None,
    out: Path | None,
    listed: int,
    threads: int | None,
    memory: str | None,
    form: str,
) -> int:
    """Whom a candidate rulebook would move, over a whole caseload, before it goes live.

    Text has exact numbers and instances, for your own eyes; so has csv, unless --by asks for numbers by group. What may be
    shared (html, json, csv with --by) withholds every number about fewer than five cases.

    Exit status 2 if something could not be judged by both, 3 if nothing could.
    """
    from engine.policy.comparison.revisions import read_rulebook
    from engine.policy.impact.judged_twice import measure_impact
    from engine.record.engines import open_engine, shown
    from engine.record.whole_file import write_whole
    from engine.report import impact_data as told
    from engine.report.impact_page import impact_page
    from engine.report.impact_text import OWN_EYES, show_impact

    here = Path(__file__).parent
    after = read_rulebook(candidate, here)
    before = _rulebook(None) if base is None else read_rulebook(base, here)
    places = {}

    def moved_to(moved: Iterator[Moved]) -> None:
        if out is not None:
            told.write_moved_file(moved, out / "own-eyes-moved.csv")
        elif form == "csv" and by is None:
            click.echo(OWN_EYES, err=True)
            told.write_moved(moved, sys.stdout)

    with _stages() as progress:
        found = measure_impact(
            before,
            after,
            lambda words: open_engine(caseload, words, threads=threads, memory=memory),
            View(as_at or _today()),
            caseload=shown(caseload),
            names=("today's rules" if base is None else harmless(base, 80), harmless(candidate, 80)),
            only=clauses,
            by=by,
            listed=listed if form == "text" else 0,
            moved_to=moved_to,
            progress=progress,
        )
    if out is not None:
        numbers = io.StringIO(newline="")
        told.write_numbers(found, numbers)
        written = {
            "impact.html": impact_page(found),
            "impact.json": told.impact_json(found),
            "numbers.csv": numbers.getvalue(),
        }
        for name, text in written.items():
            write_whole(out / name, text)
        places = {
            "To share": ", ".join(str(out / name) for name in written),
            "Own eyes": str(out / "own-eyes-moved.csv"),
        }
    if form == "text":
        show_impact(_console(), found, places)
    elif form == "csv":
        if by is not None:
            told.write_numbers(found, sys.stdout)
    else:
        click.echo(impact_page(found) if form == "html" else told.impact_json(found), nl=form == "json")
    if not found.complete:
        click.echo("kept: the comparison is incomplete.", err=True)
        return INCOMPLETE
    return KEPT


@rules_group.command(name="check")
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@click.option("--examples", type=click.Path(path_type=Path), default=EXAMPLES, help="The folder of example files.")
@format_option("text", "json")
def check_rulebook(as_at: date | None, examples: Path, form: str) -> int:
    """Look for what contradicts itself in the rules, is missing, or was forgotten.

    Exit status 1 if there is an error, 0 if there are only warnings or nothing, 3 if the rules cannot be read.
    """
    from engine.policy.checks.checking import check_rules, flaws_json, flaws_text

    flaws = check_rules(rules, Path(str(rules.__file__)).parent / "values", examples, as_at or _today())
    click.echo(flaws_json(flaws) if form == "json" else flaws_text(flaws))
    return BREACHED if any(flaw.severity == "error" for flaw in flaws) else KEPT


@rules_group.command(name="compare")
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@click.option(
    "--clause", "clauses", multiple=True, metavar="ID", help="Only this clause or duty; may be given several times."
)
@format_option("text", "json")
def compare_rules(old: str, new: str, clauses: tuple[str, ...], form: str) -> int:
    """What changed from rulebook A to B, clause by clause, with the smallest timeline that shows it.

    Each is a frozen rulebook, a directory that holds a package `rules` (`.`), or a revision of this git repository
    (`HEAD~3`, a tag, a hash). Exit status 2 when some timelines could not be judged.
    """
    from engine.policy.comparison.comparing import clauses_of, compare
    from engine.policy.comparison.comparison_words import comparison_json, comparison_text
    from engine.policy.comparison.revisions import read_rulebook

    here = Path(str(rules.__file__)).parent.parent
    first, second = read_rulebook(old, here), read_rulebook(new, here)
    book = _rulebook(None)

    def seeds(clause: str) -> list[tuple[CaseRecord, date]]:
        found = _examples(book, clause) if clause in book.clauses else []
        return [(example.case, example.view.as_at) for example in found]

    with _progress("Comparing clauses", len(clauses_of(first, second, clauses))) as advance:
        comparison = compare(first, second, _today(), clauses, seeds, advance)
    click.echo(comparison_json(comparison) if form == "json" else comparison_text(comparison, (old, new)))
    failed = any(found.unjudged for change in comparison.clauses for found in change.searched)
    return INCOMPLETE if failed else KEPT


@rules_group.command()
@click.argument("value")
@click.argument("numbers", metavar="FROM..TO")
@click.option("--step", type=click.IntRange(1), default=1, show_default=True, help="Take every so-manieth number.")
@click.option("--caseload", required=True, metavar="WHERE", help="Where the records are (see nightly).")
@click.option("--by", type=click.Choice(["team"]), help="Also for each team.")
@click.option("--as-at", type=Day(), help="The day to look from; today unless given.")
@click.option("--out", type=click.Path(path_type=Path), help="Also draw it there: a file .png, .svg or .html.")
@format_option("text", "csv", "json")
def sweep(
    value: str, numbers: str, step: int, caseload: str, by: str | None, as_at: date | None, out: Path | None, form: str
) -> int:
    """How compliance would bend with a dated number: VALUE is its name, FROM..TO such as 5..60.

    Only the duties that use it are judged, once for each number. Exit status 2 if something could not be judged.
    """
    from engine.policy.impact.sweep import numbers_in
    from engine.policy.impact.sweep import sweep as swept
    from engine.record.engines import open_engine, shown
    from engine.report.pictures import check_form
    from engine.report.sweep_picture import FORMS, write_picture
    from engine.report.sweep_text import curve_json, show_curve, write_curve

    if out is not None:
        check_form(out, FORMS)
    with _stages() as progress:
        curve = swept(
            _rulebook(None),
            value,
            numbers_in(numbers, step),
            lambda words: open_engine(caseload, words),
            View(as_at or _today()),
            caseload=shown(caseload),
            by_team=by is not None,
            progress=progress,
        )
    if out is not None:
        write_picture(curve, out)
    if form == "json":
        click.echo(curve_json(curve))
    elif form == "csv":
        write_curve(curve, sys.stdout)
    else:
        show_curve(_console(), curve, [str(out)] if out else [])
    if not curve.complete:
        click.echo("kept: the sweep is incomplete.", err=True)
        return INCOMPLETE
    return KEPT


@rules_group.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The folder to write; an earlier manual is replaced."
)
@click.option("--gaps", "with_gaps", is_flag=True, help="Also count what no example shows; every example is judged.")
def manual(out: Path, with_gaps: bool) -> int:
    """Write the manual: every clause with its examples, values and changes, as pages that need no network."""
    from engine.duty.changelog import read_changes
    from engine.duty.contents import contents
    from engine.policy.examples import read_all
    from engine.policy.gaps import find_gaps
    from engine.report.manual import CONTENTS, manual_pages, write_manual

    book = _rulebook(None)
    examples = read_all(EXAMPLES, book)
    gaps = None
    if with_gaps:
        read = [one for several in examples.values() for one in several]
        with _progress("Judging examples", len(read)) as advance:
            gaps = Counter(gap.clause for gap in find_gaps(book, read, (), advance).gaps)
    changes = read_changes(CHANGELOG.read_text(encoding="utf-8"), CHANGELOG.name) if CHANGELOG.exists() else ()
    pages = manual_pages(book, contents(rules, book), examples, changes, gaps)
    write_manual(out, pages)
    click.echo(out / CONTENTS)
    return KEPT


@rules_group.command()
@click.option("--write", "says", metavar="TEXT", help="Write the missing entry, saying this of what changed and why.")
@click.option("--kind", type=click.Choice(["correction", "revision", "technical"]), help="What the change to write is.")
@click.option("--again", is_flag=True, help="Write the newest entry anew, instead of one before it.")
@click.option("--keep", is_flag=True, help="Only keep today's rulebook, for an entry that was pasted in.")
def changelog(says: str | None, kind: Kind | None, again: bool, keep: bool) -> int:
    """Is the newest entry of rules/CHANGELOG.md about the rules as they are? If not, prints the entry that is missing.

    It says which clauses changed, from which day, and what that moves on a sample caseload. Exit status 1 when an entry is
    missing or contradicted.
    """
    from engine.policy.changelog import Changelog

    if says is None and (kind or again):
        raise click.UsageError("--kind and --again go with --write TEXT.")
    book, log = _rulebook(None), Changelog(CHANGELOG.parent)
    if says is not None:
        click.echo(log.write(book, _today(), says, kind, again=again))
        return KEPT
    if keep:
        click.echo(log.keep(book))
        return KEPT
    checked = log.check(book, _today())
    if not checked.wrong:
        click.echo(f"The newest entry, of {people(log.changes[0].on)}, is about the rules as they are.")
        return KEPT
    click.echo(f"{CHANGELOG.name}: {checked.wrong}.")
    if checked.entry is not None:
        click.echo(
            'Write it with `kept rules changelog --write "what changed and why"` and --kind, if it moves anything:\n'
        )
        click.echo(checked.entry)
    return BREACHED


# --- around it -----------------------------------------------------------------------------------------------------------


def _named(config: Path | None) -> Path:
    if config is None:
        raise KeptError("No file of settings is named. Give one with `kept --config FILE …`, or set KEPT_CONFIG.")
    return config


def _defaults(command: click.Command, options: Mapping[str, object], *above: str) -> dict[str, Any]:
    """What the settings say, as defaults for the options of each command below this one."""
    from engine.running.settings import EVERYWHERE

    if isinstance(command, click.Group):
        return {name: _defaults(each, options, *above, name) for name, each in command.commands.items()}
    said = {param: opt for param in command.params for opt in param.opts if opt in options}
    if above == ("check",):  # there --caseload says what the arguments are
        said = {param: opt for param, opt in said.items() if opt in ("--ledger", "--unmasked")}
    return {param.name or "": options[opt] for param, opt in said.items() if above == ("nightly",) or opt in EVERYWHERE}


def _rulebook(frozen: Path | None) -> Rulebook:
    if frozen is None:
        return collect(rules, Path(str(rules.__file__)).parent / "values")
    try:
        return Rulebook.from_json(frozen.read_bytes(), str(frozen))
    except OSError as error:
        raise KeptError(
            f"{frozen}: cannot be read ({error.strerror}). Make one with `kept rules freeze --out {frozen}`."
        ) from error


def _examples(book: Rulebook, clause: str) -> list[Example]:
    """The examples of that clause, or of the clause that the duty is part of; none where there is no file of them."""
    from engine.policy.examples import example_file, read_examples

    chosen = book.chosen([clause])
    whole = next(duty.clause for duty in book.duties if duty.id in chosen)
    files = sorted(EXAMPLES.glob(f"*/{example_file(EXAMPLES, whole).name}"))
    return [example for file in files if file.parent.name != "cases" for example in read_examples(file, book)]


def _cases(cases: tuple[str, ...], caseload: str | None, book: Rulebook) -> Iterator[CaseRecord | RecordProblem]:
    if caseload is None:
        from engine.record.casefile import read_case

        for name in cases:
            try:
                yield read_case(Path(name), book.dictionary)
            except RecordProblem as problem:
                yield problem
        return
    from engine.record.engines import open_engine  # slow to import, and not needed for a file
    from engine.record.table_engine import closing

    with closing(open_engine(caseload, book.dictionary)) as engine:
        for name in cases:
            try:
                yield engine.case(name)
            except RecordProblem as problem:
                yield problem


def _waivers(where: str | None, *, unmasked: bool) -> tuple[Waiver, ...]:
    """The waivers of that ledger, with their reasons or without; none where none is named."""
    if where is None:
        return ()
    from engine.ledger.store import Ledger
    from engine.ledger.waivers import read_waivers

    with Ledger.open(where) as ledger:
        return read_waivers(ledger, unmasked=unmasked)


def _signed_in() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:
        raise KeptError("Nobody is signed in here by name. Say who you are with --by.") from error


def _today() -> date:
    return _now().date()


def _now() -> datetime:
    return datetime.now(tz=HERE)


def _console() -> Console:
    """For a person at a terminal; in a pipe, plain lines as long as they are."""
    return Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, soft_wrap=True, width=200)


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing in a pipe."""
    with _bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


@contextmanager
def _stages() -> Iterator[Callable[[Stage], None]]:
    """A bar through the stages of judging a caseload, each under its name; nothing in a pipe."""
    with _bar(BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeElapsedColumn()) as bar:
        task = bar.add_task("opening the caseload", total=None)
        yield lambda stage: bar.update(task, total=stage.steps, completed=stage.done, description=stage.says)


def _bar(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _complain(problems: list[RecordProblem], faults: list[Fault]) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    for fault in faults:
        click.echo(
            f"{harmless(fault.case)}: Kept failed to judge {fault.duty}: {harmless(fault.error, 2_000)}", err=True
        )


def main() -> None:
    """Run, and exit as the contract says: whatever kept it from running is 3, and said in words."""
    gc.set_threshold(*RARELY)
    try:
        status = kept.main(standalone_mode=False)
    except click.UsageError as error:
        context = f"\nTry: {error.ctx.command_path} --help" if error.ctx else ""
        _stop(f"{error.format_message()}{context}")
    except click.Abort:
        _stop("Stopped. Nothing of this run was kept.")
    except KeptError as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _stop("Stopped. Nothing of this run was kept.")
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DID_NOT_RUN)
    sys.exit(status if isinstance(status, int) else KEPT)


def _stop(message: str) -> NoReturn:
    click.echo(f"kept: {message}", err=True)
    sys.exit(DID_NOT_RUN)


if __name__ == "__main__":
    main()
