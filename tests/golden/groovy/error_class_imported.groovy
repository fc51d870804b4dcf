import java.time.LocalDate
println LocalDate.now()  // expect error: the class java.time.LocalDate is not supported
