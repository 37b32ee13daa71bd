"""Who runs a command sees how far it is: on a terminal in one line that goes, in a file in lines that stay."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.management.base import OutputWrapper

from audits import terminal_line
from audits.load_meter import Meter, Phase
from audits.meanwhile import said_meanwhile

READING = "Reading the rows: 0 bytes of 10 bytes."


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def meter():
    meter = Meter()
    meter.begin(Phase.READING, all_bytes=10)
    return meter


def wrapped(stream):
    wrapper = OutputWrapper(stream)
    wrapper.style_func = lambda text: f"RED{text}"  # as Django does with errors on a terminal
    return wrapper


def test_on_a_terminal_the_line_is_written_anew_and_gone_at_the_end(meter):
    stream = Terminal()
    with terminal_line.shown(meter, wrapped(stream)) as line:
        line.say()
        meter.begin(Phase.ORDERING)
        line.say()
    clear = terminal_line.BACK_AND_CLEAR
    assert stream.getvalue() == f"{clear}{READING}{clear}Putting the lines in order.{clear}"


def test_a_line_is_never_wider_than_the_terminal(meter, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    with terminal_line.shown(meter, wrapped(stream)) as line:
        line.say()
    assert stream.getvalue().split(terminal_line.BACK_AND_CLEAR)[1] == READING[:19]


def test_in_a_file_each_is_a_line_without_control_characters(meter):
    stream = io.StringIO()
    with terminal_line.shown(meter, wrapped(stream)) as line:
        line.say()
        with line.aside():
            stream.write("the result\n")
        line.say()
    assert stream.getvalue() == f"{READING}\nthe result\n{READING}\n"


def test_something_else_is_said_on_a_clear_line(meter):
    stream = Terminal()
    with terminal_line.shown(meter, wrapped(stream)) as line:
        line.say()
        with line.aside():
            stream.write("the result\n")
    assert stream.getvalue().split(terminal_line.BACK_AND_CLEAR) == ["", READING, "the result\n", ""]


def test_before_there_is_anything_to_say_nothing_is_said():
    stream = Terminal()
    with terminal_line.shown(Meter(), wrapped(stream)) as line:
        assert line.say() is True
    assert stream.getvalue() == terminal_line.BACK_AND_CLEAR


def test_it_is_said_again_and_again_from_beside():
    said, enough = [], threading.Event()

    def say():
        said.append(threading.current_thread())
        if len(said) == 3:
            enough.set()
        return True

    with said_meanwhile(say, every_seconds=0.001):
        assert enough.wait(10)
    assert threading.current_thread() not in said


def test_nothing_more_is_said_when_there_is_no_more_to_say():
    said, over = [], threading.Event()

    def say():
        said.append(1)
        over.set()
        return False

    with said_meanwhile(say, every_seconds=0.001):
        assert over.wait(10)
    assert said == [1]


def test_of_what_is_over_at_once_nothing_is_said(meter):
    stream = io.StringIO()
    with terminal_line.shown(meter, wrapped(stream)):
        pass
    assert stream.getvalue() == ""
