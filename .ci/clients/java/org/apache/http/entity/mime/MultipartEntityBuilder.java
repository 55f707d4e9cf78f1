package org.apache.http.entity.mime;

/** Imported by generated clients of an API with forms, and used only where a form carries files. */
public final class MultipartEntityBuilder {
    private MultipartEntityBuilder() {}
}
