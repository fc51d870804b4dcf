import java.util.Lists  // expect error: unable to resolve class java.util.Lists
