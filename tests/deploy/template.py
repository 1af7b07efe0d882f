"""CloudFormation templates: read, put in order, and resolved against parameters and what was made."""

import re

import yaml


class Wrong(Exception):
    """A template says what this reader does not know, or what cannot be."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short(loader, tag, node):
    name = tag if tag in ("Ref", "Condition") else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        text = loader.construct_scalar(node)
        return {name: text.split(".", 1) if tag == "GetAtt" else text}
    return {name: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _short)
# A date is a text.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read(path):
    """A template as it is written, its functions in their long form."""
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, _Loader)


HOLE = re.compile(r"\$\{([^}]+)\}")
NO_VALUE = object()


def names(value):
    """Every name that a value refers to, attributes left off."""
    if isinstance(value, list):
        return {name for item in value for name in names(item)}
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(inner)
        elif key == "Fn::GetAtt":
            found.add(inner[0])
        elif key == "Fn::Sub":
            found |= {hole.split(".")[0] for hole in HOLE.findall(inner) if not hole.startswith("!")}
        else:
            found |= names(inner)
    return found


class Stack:
    """A template with parameters, in one account."""

    def __init__(self, path, parameters, account, region):
        self.template = read(path)
        self.resources = self.template["Resources"]
        self.made = {}
        self.values = {"AWS::AccountId": account, "AWS::Region": region, "AWS::NoValue": NO_VALUE}
        self.values |= self._parameters(parameters)

    def _parameters(self, given):
        declared = self.template.get("Parameters", {})
        if unknown := given.keys() - declared.keys():
            raise Wrong(f"parameters {sorted(unknown)} are not declared")
        values = {}
        for name, form in declared.items():
            value = given.get(name, form.get("Default"))
            if value is None:
                raise Wrong(f"parameter {name} has no value")
            if "AllowedPattern" in form and not re.fullmatch(form["AllowedPattern"], str(value)):
                raise Wrong(f"parameter {name} is not as its pattern says")
            values[name] = value
        return values

    def order(self):
        """The resources there are, each after those it refers to."""
        left = {name: self._needs(name) for name in self.resources if self._is_there(name)}
        ordered = []
        while left:
            ready = [name for name, needs in left.items() if not needs & left.keys()]
            if not ready:
                raise Wrong(f"{sorted(left)} refer to each other")
            ordered += ready
            left = {name: needs for name, needs in left.items() if name not in ready}
        return ordered

    def _needs(self, name):
        after = self.resources[name].get("DependsOn", [])
        return names(self.resources[name].get("Properties", {})) | set([after] if isinstance(after, str) else after)

    def _is_there(self, name):
        condition = self.resources[name].get("Condition")
        return condition is None or self._holds(condition)

    def _holds(self, condition):
        return self.resolve(self.template["Conditions"][condition])

    def properties(self, name):
        return self.resolve(self.resources[name].get("Properties", {}))

    def outputs(self):
        return {name: self.resolve(output["Value"]) for name, output in self.template.get("Outputs", {}).items()}

    def resolve(self, value):
        """A value without functions."""
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, inner), = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, inner)
        items = {key: self.resolve(inner) for key, inner in value.items()}
        return {key: inner for key, inner in items.items() if inner is not NO_VALUE}

    def _call(self, function, inner):
        match function:
            case "Ref":
                return self._ref(inner)
            case "Fn::GetAtt":
                return self._attribute(*inner)
            case "Fn::Sub":
                return HOLE.sub(lambda hole: self._hole(hole[1]), inner)
            case "Fn::Join":
                return inner[0].join(self.resolve(inner[1]))
            case "Fn::If":
                return self.resolve(inner[1] if self._holds(inner[0]) else inner[2])
            case "Fn::Equals":
                return self.resolve(inner[0]) == self.resolve(inner[1])
            case "Fn::Not":
                return not self.resolve(inner[0])
        raise Wrong(f"{function} is not known")

    def _hole(self, hole):
        if hole.startswith("!"):
            return "${" + hole[1:] + "}"
        name, _, attribute = hole.partition(".")
        return str(self._attribute(name, attribute) if attribute else self._ref(name))

    def _ref(self, name):
        if name in self.values:
            return self.values[name]
        return self._of(name)["ref"]

    def _attribute(self, name, attribute):
        attributes = self._of(name)["attributes"]
        if attribute not in attributes:
            raise Wrong(f"{name} has no attribute {attribute}")
        return attributes[attribute]

    def _of(self, name):
        if name not in self.made:
            raise Wrong(f"{name} is not there")
        return self.made[name]
