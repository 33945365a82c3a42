using System;
using System.Text;

namespace GpuVSphere.Shell;

/// <summary>The errors of a command while they come: its process id as soon as it is told, and the command's own lines behind it.</summary>
internal sealed class PosixErrors(PosixCommand command, Action<string>? take, bool keepsText = false)
{
    private readonly object _gate = new();
    private readonly StringBuilder _before = new();
    private readonly GuestLines _own = new(take, keepsText);
    private long? _pid;

    /// <summary>The process id, once it was told.</summary>
    public long? Pid
    {
        get
        {
            lock (_gate)
            {
                return _pid;
            }
        }
    }

    /// <summary>The command's own errors until now; empty where they are not kept.</summary>
    public string Text => _own.Text;

    public void Add(string text)
    {
        lock (_gate)
        {
            if (_pid is null)
            {
                _before.Append(text);
                string all = _before.ToString();

                // The whole line must be there: half a number is another process.
                int at = all.IndexOf(command.Mark, StringComparison.Ordinal);
                if (at < 0 || all.IndexOf('\n', at) < 0)
                {
                    return;
                }

                (_pid, text) = command.Read(all);
            }
        }

        _own.Add(text);
    }

    public void End() => _own.End();
}
