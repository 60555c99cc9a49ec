package dev.evenkeel.migrations.script;

import java.util.zip.CRC32;

/**
 * A file of a location.
 *
 * @param path relative to its location, with slashes
 * @param content its text
 */
public record ScriptFile(String path, String content) {

    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Flyway's: CRC32 of the lines, whatever ends them, and without a byte order mark. */
    public int checksum() {
        CRC32 crc = new CRC32();
        String text = content.startsWith("\uFEFF") ? content.substring(1) : content;
        text.lines()
                .map(line -> line.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .forEach(crc::update);
        return (int) crc.getValue();
    }
}
