"""Exchange rates from a customer's file, and amounts converted by them: exact, bounded, nothing made up."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.exchange import ECB, MOST_AGE_DAYS, MOST_CHARACTERS, MOST_RATES, BadRates, Rate, Rates, read_rates

HEAD = "date,from,to,rate,source\n"
LINE = "2026-11-25,EUR,USD,1.0834,European Central Bank\n"
DAY = dt.date(2026, 11, 25)
EURO = Rate(day=DAY, from_currency="EUR", to_currency="USD", rate=Decimal("1.0834"), source=ECB)


@pytest.mark.parametrize(
    "text",
    [
        HEAD + LINE,
        "\ufeff" + HEAD.replace("\n", "\r\n") + LINE.replace("\n", "\r\n") + "\r\n",
        "Source, Rate, To, From, Date\nEuropean Central Bank, 1.0834, usd, eur, 2026-11-25\n",
        "Date,USD\n2026-11-25,1.0834\n",
        "Date,USD,JPY,\n2026-11-25,1.0834,N/A,\n",
        "Date, USD, JPY\n2026-11-25, 1.0834,\n",
    ],
)
def test_both_layouts_give_the_same_rate(text):
    assert read_rates(text) == (EURO,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Line 1, header: “” is none that is known: write date, from, to, rate, source"),
        ("a,b\n1,2\n", "Line 1, header: “a,b” is none that is known"),
        ("2026-11-25;EUR;USD;1,0834;ECB", "Line 1, header: “2026-11-25;EUR;USD;1,0834;ECB” is none that is known"),
        (HEAD, "There is no rate below the header: write a line for each day and currency."),
        (HEAD + "25.11.2026,EUR,USD,1,ECB", "Line 2, date: “25.11.2026” is no date: write it as in 2026-11-25."),
        (HEAD + "2026-02-30,EUR,USD,1,ECB", "Line 2, date: “2026-02-30” is no date"),
        (HEAD + LINE + "2026-11-26,EURO,USD,1,x", "Line 3, from: “EURO” is no currency: write its code of ISO 4217"),
        (HEAD + "2026-11-25,EUR,XXX,1,x", "Line 2, to: “XXX” is no currency"),
        (HEAD + "2026-11-25,EUR,EUR,1,x", "Line 2, to: “EUR” is what it is changed from: name another currency."),
        (HEAD + '2026-11-25,EUR,USD,"1,08",x', "Line 2, rate: “1,08” is no rate: write a number above 0 with a point"),
        (HEAD + "2026-11-25,EUR,USD,0.000,x", "Line 2, rate: “0.000” is no rate"),
        (HEAD + "2026-11-25,EUR,USD,-1,x", "Line 2, rate: “-1” is no rate"),
        (HEAD + "2026-11-25,EUR,USD,1e3,x", "Line 2, rate: “1e3” is no rate"),
        (HEAD + "2026-11-25,EUR,USD,NaN,x", "Line 2, rate: “NaN” is no rate"),
        (HEAD + "2026-11-25,EUR,USD,\u0661,x", "Line 2, rate: “\u0661” is no rate"),
        (HEAD + "2026-11-25,EUR,USD,1." + "1" * 13 + ",x", "is no rate"),
        (HEAD + "2026-11-25,EUR,USD,1,", "Line 2, source: “” is no source: say in 1 to 120 characters whose it is."),
        (HEAD + "2026-11-25,EUR,USD,1," + "x" * 121, "is no source"),
        (HEAD + "2026-11-25,EUR,USD,1,a,b", "Line 2: it has 6 values, the header 5: write one of each"),
        (HEAD + '2026-11-25,EUR,USD,1,"a', "Line 2: this is no CSV"),
        (
            HEAD + LINE + "2026-11-25,EUR,USD,1.09,x",
            (
                "Line 3, EUR to USD: “1.09” is a second rate between the two on 2026-11-25, beside “1.0834” EUR to USD in "
                "line 2: keep one of them."
            ),
        ),
        (HEAD + LINE + LINE, "Line 3, EUR to USD: “1.0834” is a second rate"),
        (HEAD + LINE + "2026-11-25,USD,EUR,0.9,x", "Line 3, USD to EUR: “0.9” is a second rate between the two"),
        ("Date,USD,EUR\n2026-11-25,1,1", "Line 1, header: “EUR” is what this file changes from: leave it out."),
        ("Date,USD,ABC\n2026-11-25,1,1", "Line 1, header: “ABC” is no currency"),
        ("Date,USD,USD\n2026-11-25,1,1", "Line 2, EUR to USD: “1” is a second rate"),
        ("Date,USD\n2026-11-25,1,1", "Line 2: it has 2 rates, the header 1 currencies: write as many."),
        ("Date,USD\n2026-11-25,?", "Line 2, USD: “?” is no rate"),
        ("x" * (MOST_CHARACTERS + 1), "The file has 400,001 characters: give at most 400,000"),
    ],
)
def test_what_cannot_be_taken_is_named_with_line_field_value_and_remedy(text, said):
    with pytest.raises(BadRates) as refused:
        read_rates(text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400


def test_there_are_at_most_so_many_rates():
    days = [f"{dt.date(2000, 1, 1) + dt.timedelta(days=number)},1" for number in range(MOST_RATES + 1)]
    assert len(read_rates("Date,USD\n" + "\n".join(days[:-1]))) == MOST_RATES
    with pytest.raises(BadRates, match="Line 10002: more than 10,000 rates"):
        read_rates("Date,USD\n" + "\n".join(days))


@given(st.text(max_size=200))
def test_no_text_is_anything_but_taken_or_refused(text):
    for given_text in (text, HEAD + text, "Date,USD\n" + text):
        try:
            read_rates(given_text)
        except BadRates as error:
            assert str(error)  # noqa: PT017 - either way out is right


@pytest.mark.parametrize(
    ("days_later", "is_known"), [(-1, False), (0, True), (MOST_AGE_DAYS, True), (MOST_AGE_DAYS + 1, False)]
)
def test_the_newest_rate_not_after_the_day_counts_and_none_that_is_too_old(days_later, is_known):
    found = Rates([EURO]).newest("USD", "EUR", day=DAY + dt.timedelta(days=days_later))
    assert found == (EURO if is_known else None)


def test_of_several_the_newest_counts_whatever_their_order():
    older = Rate(
        day=DAY - dt.timedelta(days=2), from_currency="USD", to_currency="EUR", rate=Decimal("0.9"), source="x"
    )
    for order in ([EURO, older], [older, EURO]):
        rates = Rates(order)
        assert rates.newest("EUR", "USD", day=DAY) == EURO
        assert rates.newest("EUR", "USD", day=DAY - dt.timedelta(days=1)) == older


def test_a_rate_is_not_made_of_two_others():
    pound = Rate(day=DAY, from_currency="EUR", to_currency="GBP", rate=Decimal("0.85"), source=ECB)
    assert Rates([EURO, pound]).newest("USD", "GBP", day=DAY) is None


def test_a_rate_serves_both_ways_and_loses_no_digit():
    amount = Decimal("123456789012345678901234567890.123456789012345678")
    assert EURO.convert(amount, into="USD") == Decimal("133753085215975308521597530852.1597530852159753075452")
    back = EURO.convert(EURO.convert(amount, into="USD"), into="EUR")
    assert abs(back - amount) < Decimal("1e-60")
    assert EURO.convert(Decimal("1.0834"), into="EUR") == 1


def test_a_rate_says_what_it_is_of_when_and_by_whom():
    assert str(EURO) == "1 EUR = 1.0834 USD of 2026-11-25 (European Central Bank)"
