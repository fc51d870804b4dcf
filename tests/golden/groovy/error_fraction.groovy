def x = .14  // expect error: a number begins with a digit
