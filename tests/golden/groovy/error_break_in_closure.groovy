[1, 2].each { if (it == 1) break }  // expect error: the break statement is only allowed inside loops or switches
