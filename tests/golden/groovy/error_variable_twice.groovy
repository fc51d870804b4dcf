def x = 1
def f = { def x = 2 }  // expect error: the current scope already contains a variable of the name x
