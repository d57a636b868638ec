"""Seeds that once found something. They are run permanently."""

# I-5: a batch that was certainly refused forgot to wait for another export's send.
_NOT_WAITING = (1185, 1541, 1899, 2331, 2386, 2402, 2593, 2618, 2630, 2693, 2773)
# I-1: refused in the end, but an earlier copy was applied, and the ledger believed the version before both.
_HELD_NO_MORE = (10389, 11860)
# I-18: single contacts that were in flight for long, too many within one minute.
_SINGLES = (356, 416)
# The oracle's own errors, and worlds in which it demanded too much: of a pause, of many deaths, of leavers
# who wait.
_RARE_WEATHER = (12, 18, 43, 120, 243, 245, 285, 429, 447, 471, 528, 677, 702, 1694, 2389, 3379, 3834)
# A quarantine that ended too soon, and deaths that left no doubt: mistakes that few worlds show.
_RARE_MISTAKES = (33, 189)

# I-18: the wall clock went ahead, the account's moment was over, and the pace with it.
_CLOCKS = (15773,)

# I-5: a batch in doubt went again, though another export had sent to its people since.
_STOOD_STILL = (1660,)

# Found before clocks were set, exports edited and databases failed: those worlds stay as they were.
PLAIN: dict[str, frozenset[int]] = {
    "l0": frozenset(_NOT_WAITING + _HELD_NO_MORE + _SINGLES + _RARE_WEATHER),
    "l1": frozenset(_RARE_MISTAKES),
}
FOUND: dict[str, tuple[int, ...]] = {
    "l0": (*sorted(PLAIN["l0"]), *_CLOCKS, *_STOOD_STILL),
    "l1": tuple(sorted(PLAIN["l1"])),
}
