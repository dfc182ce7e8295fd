"""What can be done about the past while the workers go on: letters sent again, rules applied anew, people erased."""
