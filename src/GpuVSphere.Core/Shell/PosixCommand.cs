using System;
using System.Globalization;

namespace GpuVSphere.Shell;

/// <summary>
/// A command for a Linux guest as the script that is sent: it runs in a session of its own, so that it can be ended with all that it started, as root where
/// that is asked for, and tells its process id first, in a line on its errors. Whatever stands before that line is sudo's or the way's, not the command's.
/// What is needed is a POSIX shell; setsid (util-linux, busybox) where the children are to be ended too; sudo where the login is not root.
/// </summary>
internal sealed class PosixCommand
{
    private const string Variable = "GPUVSPHERE_COMMAND=";

    /// <summary>The exit code of <see cref="StopLeftLine"/> where there is nothing left to end.</summary>
    public const int IsGone = 45;

    private PosixCommand(string script, string mark)
    {
        Script = script;
        Mark = mark;
    }

    /// <summary>The script. Its standard input begins with the line of the password, where it was made for one.</summary>
    public string Script { get; }

    /// <summary>What the line of the process id begins with.</summary>
    public string Mark { get; }

    /// <summary>What the environment of the command, and of all that it starts, has: by it a process is known to be of this command.</summary>
    public string Environ => Variable + Mark;

    /// <summary>Makes the script of a command.</summary>
    /// <param name="commandLine">The command line.</param>
    /// <param name="asRoot">Whether it needs root's rights.</param>
    /// <param name="hasPasswordLine">Whether the first line of the standard input is the password for sudo; it is read away where sudo does not ask.</param>
    /// <param name="keepsLanguage">Whether it speaks the language of the login, <see cref="GuestCommand.KeepsLanguage"/>.</param>
    /// <param name="before">What the script does first, such as opening its files; it ends with a semicolon or a line end, or is empty.</param>
    public static PosixCommand Of(string commandLine, bool asRoot, bool hasPasswordLine, bool keepsLanguage = false, string before = "")
    {
        if (commandLine.IndexOf('\0') >= 0)
        {
            throw new ArgumentException("A command line cannot hold a NUL character.", nameof(commandLine));
        }

        string mark = "gpuvsphere-" + Guid.NewGuid().ToString("N");

        // What runs beside has /dev/null for its input unless it is redirected, and so the third descriptor keeps it meanwhile.
        string run = "exec 3<&0; s=; command -v setsid >/dev/null 2>&1 && s=setsid; " + Variable + mark + (keepsLanguage ? " " : " LC_ALL=C ") + "$s /bin/sh -c "
            + RemoteQuoting.Quote("echo " + mark + " $$ >&2\n" + commandLine) + " <&3 3<&- & exec 3<&-; wait $!";
        if (!asRoot)
        {
            return new PosixCommand(before + run, mark);
        }

        // -k asks whether sudo wants a password for this very kind of command, whatever it remembers; what it does not read is dropped.
        string root = RemoteQuoting.Quote(run);
        string script = hasPasswordLine
            ? "if [ \"$(id -u)\" = 0 ]; then IFS= read -r x; x=; /bin/sh -c " + root
                + "; elif sudo -k -n /bin/sh -c : </dev/null 2>/dev/null; then IFS= read -r x; x=; sudo -n /bin/sh -c " + root
                + "; else sudo -k -S -p '' /bin/sh -c " + root + "; fi"
            : "if [ \"$(id -u)\" = 0 ]; then /bin/sh -c " + root + "; else sudo -n /bin/sh -c " + root + "; fi";
        return new PosixCommand(before + script, mark);
    }

    /// <summary>The command line that ends a command with its children: asked first, and by force after two seconds.</summary>
    public static string StopLine(long pid)
    {
        string number = pid.ToString(CultureInfo.InvariantCulture);
        return $"kill -s TERM -- -{number} 2>/dev/null || kill -s TERM {number} 2>/dev/null; sleep 2; kill -s KILL -- -{number} 2>/dev/null || kill -s KILL {number} 2>/dev/null; true";
    }

    /// <summary>The same for a command that nobody watched any more: its number may be another process by now, after a restart even of the whole guest.</summary>
    public static string StopLeftLine(long pid, string environ)
    {
        string number = pid.ToString(CultureInfo.InvariantCulture);
        return $"grep -q {RemoteQuoting.Quote(environ)} /proc/{number}/environ 2>/dev/null || exit {IsGone.ToString(CultureInfo.InvariantCulture)}; {StopLine(pid)}";
    }

    /// <summary>The process id that the errors tell, and the errors behind it; no id when the command did not begin.</summary>
    public (long? Pid, string Errors) Read(string errors)
    {
        int at = errors.IndexOf(Mark + " ", StringComparison.Ordinal);
        if (at < 0)
        {
            return (null, errors);
        }

        int number = at + Mark.Length + 1;
        int end = errors.IndexOf('\n', number);
        string text = end < 0 ? errors.Substring(number) : errors.Substring(number, end - number);
        return long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long pid)
            ? (pid, end < 0 ? string.Empty : errors.Substring(end + 1))
            : (null, errors);
    }
}
