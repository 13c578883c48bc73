"""The commands: parse, build, call one step, print. One file a command."""
