"""Answer the open questions on headers, statuses and tokens."""

from integration_tests.tools.live.answer import Answer, outcome
from integration_tests.tools.live.quota_headers import ABSENT, NAMELESS, NAMES, RECORDED, forms, long_windows
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import number
from source_pinterest.streams.ads.keywords import AD_GROUPS

_PAGE = "page_size"


def rate_limit_headers(seen: Seen) -> Answer | None:
    """Which form they have."""
    if not seen.sightings:
        return None
    found = forms(seen.sightings)
    known = set(found["forms"])
    if known <= {ABSENT}:
        means = "Without headers the connector goes by the published quotas, and waits after HTTP 429 as told."
    elif not found["read_by_the_connector"]:
        means = "The connector can't read some of these headers. It goes by the published quotas and by HTTP 429."
    elif known <= {RECORDED, NAMELESS, ABSENT}:
        means = "The form recorded in July 2026. The connector paces itself by the tightest quota."
    else:
        means = "Another form than the recorded one, which the connector reads, too."
    return Answer(found, means)


def daily_quota(seen: Seen) -> Answer | None:
    """Whether headers name a quota that lasts long."""
    if all(not sighting.headers.get(NAMES[0]) for sighting in seen.sightings):
        return None
    quotas = long_windows(seen.sightings)
    means = (
        "The headers tell it, so that the connector stops before it is used up for longer than the option Longest Wait."
        if quotas
        else "No header names a quota of an hour or more: the app has Standard access, or only HTTP 429 tells."
    )
    return Answer({"quotas_of_an_hour_or_more": quotas}, means)


def throttled_call(seen: Seen) -> Answer | None:
    """What the first HTTP 429 had."""
    throttled = next((sighting for sighting in seen.sightings if sighting.status == 429), None)
    if throttled is None:
        return None
    headers = [name for name in (*NAMES, "Retry-After") if throttled.headers.get(name)]
    return Answer(
        {"code": number(throttled.code), "headers": headers, "is_json": throttled.is_from_pinterest},
        "The connector waits as long as the message or these headers say."
        if headers
        else "Unless the message says how long to wait, the connector waits longer each time.",
    )


def page_size(seen: Seen) -> Answer | None:
    """Which lists refuse it."""
    lists = [sighting for sighting in seen.sightings if isinstance(sighting.body, dict) and "items" in sighting.body]
    refused = {sighting.what: outcome(sighting) for sighting in seen.sightings if _PAGE in sighting.named}
    if not lists and not refused:
        return None
    taken = sorted({sighting.what for sighting in lists})
    means = f"These lists can't be read: {', '.join(refused)}." if refused else "It is taken wherever a list came."
    return Answer({"taken_by": taken, "refused_by": refused}, means)


def keyword_batches(seen: Seen) -> Answer | None:
    """Whether the first call, of many ad groups, was answered for them."""
    first = next(iter(seen.of("keywords")), None)
    shown = seen.counts.get(AD_GROUPS)
    if first is None or (shown is None and first.is_fine):
        return None
    if shown is None:
        return Answer({"call": outcome(first)}, "This app may not: keywords cost a call for each ad group.")
    asked_for, others = shown
    facts = {"call": "taken", "ad_groups_shown": number(asked_for), "other_parents_shown": number(others)}
    if others:
        return Answer(facts, "The parameter is ignored: keywords cost a call for each ad group.")
    if asked_for > 1:
        return Answer(facts, "This app may: keywords cost a call for 250 ad groups, and one for each without keywords.")
    return Answer(facts, "Too few keywords to tell. The connector asks for each ad group that is not shown.")


def protected_pins(seen: Seen) -> Answer | None:
    """Whether the parameter costs the list."""
    pins = seen.last("pins")
    if pins is None:
        return None
    means = (
        "The list takes the parameter, so that it is whole."
        if pins.is_fine
        else "The list was refused, perhaps for this parameter: the stream ends with Pinterest's words."
    )
    return Answer({"call": outcome(pins)}, means)


def boards_of_owner(seen: Seen) -> Answer | None:
    """Whether that call is answered, and with as many boards as the user's own."""
    call = seen.last("boards_of_owner")
    if call is None:
        return None
    if not call.is_fine:
        return Answer(
            {"call": outcome(call)}, "The options account_id and organic_per_ad_account do not work for this user."
        )
    of_owner, own = seen.counts["boards_of_owner"]
    return Answer(
        {"call": "taken", "boards_of_the_owner": number(of_owner), "boards_of_the_user": number(own)},
        "The options account_id and organic_per_ad_account work.",
    )


def token_rotation(seen: Seen) -> Answer | None:
    """Whether another refresh token came."""
    if seen.rotated is None:
        return None
    means = (
        "The new refresh token is saved in the config file; the connector hands it to the platform at once."
        if seen.rotated
        else "The refresh token stays what it is."
    )
    return Answer({"another_refresh_token_came": seen.rotated}, means)
