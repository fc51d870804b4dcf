def list = new List()  // expect error: you cannot create an instance of `List`
