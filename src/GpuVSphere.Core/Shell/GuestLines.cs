using System;
using System.Text;

namespace GpuVSphere.Shell;

/// <summary>Gives the whole lines of a text that grows.</summary>
/// <param name="take">Takes the lines; null where nobody wants them.</param>
/// <param name="keepsText">Whether the text is kept, for <see cref="Text"/>.</param>
internal sealed class GuestLines(Action<string>? take, bool keepsText = false)
{
    private readonly object _gate = new();
    private readonly StringBuilder _rest = new();
    private readonly StringBuilder _text = new();

    /// <summary>All that came until now; empty where it is not kept.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _text.ToString();
            }
        }
    }

    /// <summary>More text.</summary>
    public void Add(string text)
    {
        lock (_gate)
        {
            if (keepsText)
            {
                _text.Append(text);
            }

            foreach (char c in take is null ? string.Empty : text)
            {
                if (c == '\n')
                {
                    take!(_rest.ToString().TrimEnd('\r'));
                    _rest.Clear();
                }
                else
                {
                    _rest.Append(c);
                }
            }
        }
    }

    /// <summary>The text is complete: what is left is a line, too.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_rest.Length > 0)
            {
                take?.Invoke(_rest.ToString());
                _rest.Clear();
            }
        }
    }
}
