def def x = 1  // expect error: unexpected token: def
