using System;
using System.Globalization;
using System.Linq;

namespace GpuVSphere.Shell;

/// <summary>Files of a Linux guest by command lines.</summary>
internal static class PosixFiles
{
    /// <summary>Prints a file; exit code 44 when it is not there.</summary>
    public static string ReadLine(string path)
    {
        string quoted = Operand(path);
        return $"if [ -e {quoted} ]; then cat -- {quoted}; else exit 44; fi";
    }

    /// <summary>The same in base64, for a way that carries text only.</summary>
    public static string ReadTextLine(string path)
    {
        string quoted = Operand(path);
        return $"if [ -e {quoted} ]; then base64 < {quoted}; else exit 44; fi";
    }

    /// <summary>
    /// Puts a file in its place: beside it first, with mode and owner, then over it by a rename. What was put beside is gone when something fails.
    /// </summary>
    /// <param name="source">The file, as a word of the shell, ready to use; null for the standard input.</param>
    /// <param name="path">Its place.</param>
    /// <param name="length">How many bytes it must have: an input that broke off must not take the place of a whole file.</param>
    /// <param name="options">Mode and owner.</param>
    public static string PlaceLine(string? source, string path, long length, GuestFileOptions options)
    {
        string size = length.ToString(CultureInfo.InvariantCulture);
        string place = Operand(path);
        string beside = Operand(path.Substring(0, path.LastIndexOf('/') + 1) + ".gpuvsphere-" + Guid.NewGuid().ToString("N"));

        // busybox's chmod and chown take no other file as their example.
        string mode = options.Mode is { } asked ? $"chmod {RemoteQuoting.Quote(asked)} {beside}" : $"{{ if [ -e {place} ]; then chmod --reference={place} {beside} 2>/dev/null || chmod \"$(stat -L -c %a {place})\" {beside}; else chmod 0644 {beside}; fi; }}";
        string owner = options.Owner is { } named ? $"chown {RemoteQuoting.Quote(named)} {beside}" : $"{{ if [ -e {place} ]; then chown --reference={place} {beside} 2>/dev/null || chown \"$(stat -L -c %u:%g {place})\" {beside}; else chown root {beside}; fi; }}";
        string write = source is null ? $"(umask 077; cat > {beside})" : $"mv -f {source} {beside}";
        return $"if [ -d {place} ]; then echo 'Is a directory' >&2; exit 1; fi; {{ {write} && {{ [ $(wc -c < {beside}) -eq {size} ] || {{ echo 'It did not arrive whole' >&2; false; }}; }} && {owner} && {mode} && mv -f {beside} {place}; }} || {{ rm -f {beside}; exit 1; }}";
    }

    /// <summary>Removes a file.</summary>
    public static string DeleteLine(string path) => $"rm -f {Operand(path)}";

    /// <summary>The last line of what a command wrote.</summary>
    public static string LastLine(string text) =>
        text.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) ?? "the command failed and did not say why.";

    // Absolute, so that it is no option, whatever its name begins with.
    private static string Operand(string path) => path.StartsWith("/", StringComparison.Ordinal)
        ? RemoteQuoting.Quote(path)
        : throw new ArgumentException($"'{path}' is no absolute path of a Linux guest.", nameof(path));
}
