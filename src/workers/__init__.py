"""What goes on after the answer: arq tasks, and the two watchers that hand things on."""
