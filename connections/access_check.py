"""The access check: may we come in, only we, only to read, and to what. Answers a report; it stores nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connections.provider import AccessLine, AccessReport, ExportPeriod, other_account
from connections.providers.aws import access, calls, costs, privileges
from connections.providers.aws.outcomes import CallBook, code_of, outcome_of, sentence_of
from connections.providers.aws.reader import FAILURES
from connections.providers.aws.session import CannotAssumeRole, open_session

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from connections.provider import Call, ExportPlace
    from connections.providers.aws.privileges import NamedPolicy
    from connections.providers.aws.session import AwsSession, Principal


@dataclass(kw_only=True)
class _Findings:
    """What a check has found so far."""

    refusals: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    matrix: list[AccessLine] = field(default_factory=list)
    regions: tuple[str, ...] = ()
    periods: tuple[ExportPeriod, ...] = ()

    def refuse(self, about: str, sentence: str) -> None:
        self.refusals.append((about, sentence))


def check_access(
    *,
    principal: Principal,
    role_arn: str,
    external_id: str,
    connection_id: str,
    regions: Sequence[str] = (),
    export: ExportPlace | None = None,
    pinned_account_id: str | None = None,
    is_short: bool = False,
    most_billed: str = "",
    book: CallBook | None = None,
) -> AccessReport:
    """Try a connection's access from end to end and report what holds, what refuses it and what is only missing.

    `regions` are the connection's own list (empty: all that are switched on). Refusals name the form field they are
    about: role_arn, regions, export_bucket, export_prefix, export_name, export_region. `is_short`, as before every
    audit, tries neither the calls nor the export: who may come in, which account answers, what the role may do.
    Calls are tried in two regions at most, of which `most_billed` is one; of the others the role's policies tell.
    `book` counts the calls and may end the work between two of them. Raises `CannotAssumeRole` with `permanent` False
    where AWS did not answer: nothing is known then, try again; and whatever `book` raises.
    """
    book, found = book or CallBook(), _Findings()
    try:
        session = open_session(
            principal=principal, role_arn=role_arn, external_id=external_id, connection_id=connection_id, book=book
        )
    except CannotAssumeRole as error:
        if not error.permanent:
            raise
        return AccessReport(account_id=None, refusals=(("role_arn", str(error)),), calls=book.counts())
    way_in = {"principal": principal, "role_arn": role_arn, "connection_id": connection_id, "book": book}
    try:
        for way in access.strangers_let_in(**way_in):  # type: ignore[arg-type] # each value has its parameter's type
            found.refuse("role_arn", _open_door(way))
        account_id = _check_account(session, found, pinned_account_id=pinned_account_id)
        if not found.refusals:
            policies = _check_policies(session, found, export=export)
            _check_regions(session, found, wanted=regions)
        if not found.refusals and not is_short:
            tried = access.trials(regions=found.regions, is_payer=export is not None, most_billed=most_billed)
            _check_calls(found, tried, policies=policies, external_id=external_id, **way_in)  # type: ignore[arg-type] # as above
            if export is None:
                found.matrix.extend(_not_needed(call) for call in calls.EXPORT)
            else:
                _check_export(found, export, external_id=external_id, **way_in)  # type: ignore[arg-type] # as above
    finally:
        session.close()
    return AccessReport(
        account_id=account_id,
        refusals=tuple(found.refusals),
        warnings=tuple(found.warnings),
        matrix=tuple(found.matrix),
        regions=found.regions,
        periods=found.periods,
        calls=book.counts(),
    )


def _open_door(way: str) -> str:
    return (
        f"The role can be assumed {way}. Its trust policy does not demand this connection's External ID, so others "
        "could be let in by mistake: put the condition sts:ExternalId back as the kit has it."
    )


def _check_account(session: AwsSession, found: _Findings, *, pinned_account_id: str | None) -> str | None:
    try:
        answers = access.answering_account(session)
    except FAILURES as error:
        found.matrix.append(_tried(calls.GET_CALLER_IDENTITY, error))
        found.refuse("role_arn", f"AWS would not say which account answers: {sentence_of(error)}")
        return None
    found.matrix.append(_fine(calls.GET_CALLER_IDENTITY))
    if answers != session.account_id:
        found.refuse("role_arn", f"The ARN names account {session.account_id}, but account {answers} answers.")
    elif pinned_account_id not in {None, answers}:
        found.refuse("role_arn", other_account(pinned=pinned_account_id or "", given=answers))
    return answers


def _check_policies(
    session: AwsSession, found: _Findings, *, export: ExportPlace | None
) -> tuple[NamedPolicy, ...] | None:
    """What the role's policies say is found; they are given back, None where not all of them could be read."""
    read = access.policies_of(session)
    unread = dict(read.unread)
    found.matrix.extend(_booked(session.book, calls.ROLE_POLICIES, messages=unread))
    if unread:
        found.warnings.append(
            f"The role's policies could not all be read ({', '.join(unread)}), so we cannot tell whether it may do "
            "more than read. We could not use it: our session policy and our own guard allow declared reads only."
        )
    for lax in privileges.lax_trust(read.trust):
        found.refuse("role_arn", f"The role's trust policy {lax}. Put it back as the kit has it.")
    excess = privileges.excess_of(read.policies, export=export)
    for name, actions in excess.writes.items():
        found.refuse(
            "role_arn",
            f"The role may do more than read: its policy {name} allows {privileges.named(actions)}. Detach it; the "
            "kit's own policy is enough.",
        )
    if excess.data_reads:
        found.warnings.append(
            f"The role may read what you store ({privileges.named(excess.data_reads)}). We do not ask for it and our "
            "session policy takes it away; the kit's own policy leaves it out."
        )
    if excess.unknown:
        found.warnings.append(f"The role allows actions that we do not know: {privileges.named(excess.unknown)}.")
    return None if unread else read.policies


def _check_regions(session: AwsSession, found: _Findings, *, wanted: Sequence[str]) -> None:
    regions = access.regions_of(session)
    if regions.refused:
        found.matrix.append(
            AccessLine(
                action=calls.DESCRIBE_REGIONS.action,
                result="REFUSED",
                why=calls.DESCRIBE_REGIONS.why,
                message=regions.refused,
            )
        )
        found.regions = tuple(wanted) or (session.region,)
        found.warnings.append(f"We cannot tell which regions are switched on; we look at {', '.join(found.regions)}.")
        return
    found.matrix.append(_fine(calls.DESCRIBE_REGIONS))
    unknown = sorted(set(wanted) - regions.known)
    if unknown:
        found.refuse("regions", f"AWS has no region {', '.join(unknown)}. Regions look like eu-west-1.")
    switched_off = sorted((set(wanted) & regions.known) - regions.enabled)
    if switched_off:
        found.warnings.append(f"Not looked at, because switched off in this account: {', '.join(switched_off)}.")
    found.regions = tuple(sorted(regions.enabled & set(wanted) if wanted else regions.enabled))


def _check_calls(
    found: _Findings,
    trials: Iterable[access.Trial],
    *,
    policies: tuple[NamedPolicy, ...] | None,
    principal: Principal,
    role_arn: str,
    external_id: str,
    connection_id: str,
    book: CallBook,
) -> None:
    """Try the declared calls, each collector's through a session of its own, as its steps will have it."""
    for trial in trials:
        session = open_session(
            principal=principal,
            role_arn=role_arn,
            external_id=external_id,
            connection_id=connection_id,
            reads=trial.calls,
            book=book,
        )
        try:
            tried = access.try_calls(session, trial=trial, policies=policies)
        finally:
            session.close()
        found.matrix.extend(tried)
        refused = [line for line in tried if line.result == "REFUSED" and trial.is_needed]
        found.warnings.extend(f"{line.action} is refused {line.message}" for line in refused)


def _check_export(
    found: _Findings,
    place: ExportPlace,
    *,
    principal: Principal,
    role_arn: str,
    external_id: str,
    connection_id: str,
    book: CallBook,
) -> None:
    session = open_session(
        principal=principal,
        role_arn=role_arn,
        external_id=external_id,
        connection_id=connection_id,
        region=place.region,
        export=place,
        book=book,
    )
    try:
        found.periods = _look_at_export(session, found, place)
    except costs.ExportProblem as problem:
        suggested = [one for one in costs.suggest_places(session=session) if one != place]
        hint = "".join(
            f" This account defines {one.name} in s3://{one.bucket}/{one.prefix} ({one.region})."
            for one in suggested[:3]
        )
        found.refuse(problem.field, f"{problem}{hint}")
    finally:
        found.matrix.extend(_booked(book, calls.EXPORT, messages={}))
        session.close()


def _look_at_export(session: AwsSession, found: _Findings, place: ExportPlace) -> tuple[ExportPeriod, ...]:
    costs.require_region(session=session, place=place)
    export = costs.find_periods(session=session, place=place)
    for month, problem in export.problems:
        found.warnings.append(f"The bill of {month:%Y-%m} cannot be read yet: {problem}")
    if not export.periods:
        raise export.problems[0][1]
    newest = export.periods[-1]
    header = costs.read_header(session=session, place=place, file=newest.files[0])
    if header:
        costs.require_focus(header, place)
    return export.periods


def _booked(book: CallBook, some: Iterable[Call], *, messages: Mapping[str, str]) -> Iterable[AccessLine]:
    """How some calls went, worst first, from what was booked; a call that nothing needed stays so."""
    outcomes: dict[tuple[str, str], set[str]] = {}
    for one in book.counts():
        outcomes.setdefault((one.service, one.operation), set()).add(one.outcome)
    for call in some:
        seen = outcomes.get((call.service, call.operation), set())
        result = "NOT_NEEDED" if not seen else "REFUSED" if "REFUSED" in seen else "OK" if "OK" in seen else "UNKNOWN"
        yield AccessLine(action=call.action, result=result, why=call.why, message=messages.get(call.action, ""))


def _fine(call: Call) -> AccessLine:
    return AccessLine(action=call.action, result="OK", why=call.why)


def _not_needed(call: Call) -> AccessLine:
    return AccessLine(action=call.action, result="NOT_NEEDED", why=call.why)


def _tried(call: Call, error: BaseException) -> AccessLine:
    result = "REFUSED" if outcome_of(code_of(error)) == "REFUSED" else "UNKNOWN"
    return AccessLine(action=call.action, result=result, why=call.why, message=sentence_of(error))
