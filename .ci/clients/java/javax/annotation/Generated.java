package javax.annotation;

/** Marks generated classes. The JDK no longer brings it, and nothing else of its library is needed. */
public @interface Generated {
    /** By what. */
    String[] value();

    /** What else is to be known. */
    String comments() default "";

    /** When. */
    String date() default "";
}
