"""The shell and, under it, the kernel. Nothing imports the shell."""
