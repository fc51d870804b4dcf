if (true) ; else println 1  // expect error: unexpected token: ;
