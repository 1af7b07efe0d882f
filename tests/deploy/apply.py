"""Applies a template to an account server as CloudFormation does: makes, changes and removes what differs from last time, and
undoes all of it where some of it fails.

Usage: apply.py TEMPLATE URL ACCOUNT STATE [NAME=VALUE]...

STATE is the stack: a file with what was made. Prints what was done, what is left out for want of a service, and the outputs.
"""

import json
import pathlib
import sys

from account import Account
from resources import MADE, SKIPPED, skipped
from template import Stack, Wrong


def main(template, url, account, state, *parameters):
    account, state = Account(url, account), pathlib.Path(state)
    stack = Stack(template, dict(parameter.split("=", 1) for parameter in parameters), account.id, account.region)
    before = json.loads(state.read_text()) if state.exists() else {}
    change = Change(stack, account, before)
    try:
        after = change.apply()
    except Exception:
        change.undo()
        raise
    state.write_text(json.dumps(after))
    print(json.dumps(change.done | {"outputs": stack.outputs()}, indent=1))


class Change:
    """What it takes to get from what was made to what a template says."""

    def __init__(self, stack, account, before):
        self.stack, self.account, self.before = stack, account, before
        self.done = {"made": [], "changed": [], "removed": [], "retained": [], "skipped": []}
        self._undo = []

    def apply(self):
        order = self.stack.order()
        for name in order:
            self._check(name)
        for name in order:
            self.stack.made[name] = self._one(name)
        for name in [name for name in reversed(self.before) if name not in order]:
            self._gone(name)
        return {name: self.stack.made[name] for name in order}

    def undo(self):
        for back in reversed(self._undo):
            back()

    def _check(self, name):
        """A type or a property that is not known stops everything before anything is done."""
        written = self.stack.resources[name]
        if written["Type"] in MADE:
            MADE[written["Type"]].check(name, written.get("Properties", {}))
        elif written["Type"] not in SKIPPED:
            raise Wrong(f"{name} is of the unknown type {written['Type']}")

    def _one(self, name):
        """Brings one resource to what the template says."""
        written, before = self.stack.resources[name], self.before.get(name)
        kind, new = written["Type"], self.stack.properties(name)
        if kind in SKIPPED:
            self.done["skipped"].append(f"{kind} {name}")
            return skipped(kind, name, self.account) | {"kind": kind}
        if before is None:
            before = self._made(name, kind, new)
        elif before["properties"] != new:
            self._changed(name, MADE[kind], before, new)
        retain = written.get("DeletionPolicy") == "Retain"
        told = {"ref": before["ref"], "attributes": before["attributes"]}
        return told | {"kind": kind, "properties": new, "retain": retain}

    def _made(self, name, kind, new):
        self.done["made"].append(name)
        made = MADE[kind].make(self.account, new)
        self._undo.append(lambda: MADE[kind].remove(self.account, made, new))
        MADE[kind].put(self.account, made, {}, new)
        return made

    def _changed(self, name, kind, before, new):
        old = before["properties"]
        kind.fixed(name, old, new)
        self.done["changed"].append(name)
        self._undo.append(lambda: kind.put(self.account, before, new, old))
        kind.put(self.account, before, old, new)

    def _gone(self, name):
        """Takes a resource away that the template has no longer."""
        before = self.before[name]
        if before["kind"] in SKIPPED:
            return
        self.done["retained" if before["retain"] else "removed"].append(name)
        if not before["retain"]:
            MADE[before["kind"]].remove(self.account, before, before["properties"])


if __name__ == "__main__":
    main(*sys.argv[1:])
