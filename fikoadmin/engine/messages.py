"""The words of findings and import warnings, in English; pages translate them."""

from __future__ import annotations

from collections.abc import Mapping

from ..words import N_

MESSAGES: Mapping[str, str] = {
    # the graph
    "no_when": N_("No When node is switched on, so nothing can start this workflow"),
    "unreachable": N_("Nothing leads to this node: connect it, switch it off or delete it"),
    "cycle_without_wait": N_("This node is part of a loop that never waits for the customer"),
    "wrong_connection": N_("This kind of node has no connection of type '%(type)s'"),
    "prompt_in_guard": N_("A connection's condition cannot ask a language model; use a condition node"),
    # kinds
    "unknown_node_type": N_("'%(type)s' is not a kind of node"),
    "unknown_when": N_("'%(type)s' is not a kind of When node"),
    "unknown_action": N_("'%(type)s' is not a kind of action"),
    "not_run": N_("This system does not run '%(type)s'; replace or delete the node"),
    # what a node needs
    "missing_destination": N_("Choose a destination"),
    "unknown_destination": N_("'%(destination)s' is not a destination of this release"),
    "missing_text": N_("Write the text"),
    "missing_tag": N_("Name a tag"),
    "missing_frequency": N_("Choose how often it starts"),
    "missing_day": N_("Choose the day on which it starts"),
    "missing_time": N_("Choose the time of day at which it starts"),
    "missing_amount": N_("Say how long"),
    "too_long": N_("At most %(days)s days"),
    "missing_question": N_("Write the question"),
    "missing_options": N_("Name the options"),
    "missing_address": N_("Write the address"),
    "bad_address": N_("The address must begin with https:// or http://"),
    "missing_control": N_("Choose what the AI should do"),
    "missing_prompt": N_("Write the prompt"),
    "missing_context": N_("Give the AI at least one fact"),
    "missing_status": N_("Choose a status"),
    "unknown_status": N_("'%(status)s' is not a status of a conversation"),
    # conditions
    "bad_condition": N_("A condition cannot be read"),
    "unknown_combination": N_("'%(operator)s' combines nothing; 'and' and 'or' do"),
    "unknown_condition_type": N_("'%(type)s' is not a type of condition"),
    "missing_field": N_("A condition names no field"),
    "unknown_field": N_("'%(field)s' is not a field"),
    "missing_operator": N_("A condition has no operator"),
    "unknown_operator": N_("'%(operator)s' is not an operator of this condition"),
    "missing_value": N_("A condition with '%(operator)s' needs a value"),
    "bad_value": N_("'%(value)s' is not a value for '%(operator)s'"),
    "bad_regex": N_("'%(pattern)s' is not a usable pattern: %(error)s"),
    # warnings of an import
    "import_not_run": N_("%(place)s: '%(type)s' is kept, but this system does not run it"),
    "import_older_part": N_("%(place)s: %(count)s entries of an older format are kept, but not used"),
    "imported_before": N_("The same content was imported before, as '%(name)s'"),
}
