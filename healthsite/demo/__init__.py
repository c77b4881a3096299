"""The demo workspace: invented customers whose history is the same whenever it is made."""
