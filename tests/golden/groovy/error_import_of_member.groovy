import java.lang.Math.max  // expect error: unable to resolve class java.lang.Math.max
