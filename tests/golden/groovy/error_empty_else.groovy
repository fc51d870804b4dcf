if (true) { } else ;  // expect error: unexpected token: ;
