"""What tests of telephones, PCI Pal and rooms share."""

from simulator import phones
from simulator.sound import Digit, Sound, Words

SOMEBODY, NOBODY = "+447700900100", "+447700900199"
HELLO, YES = Words("Hello?"), Words("Yes.")
CARD = "1234567890123456" + "0130" + "789"

Heard = list[Sound]


def keys(sounds: Heard) -> str:
    return "".join(sound.key for sound in sounds if isinstance(sound, Digit))


def press(end: phones.End, digits: str) -> None:
    for digit in digits:
        end.send(Digit(digit))
