println java.time.LocalDate.now()  // expect error: the class java.time.LocalDate is not supported
