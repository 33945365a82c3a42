using System;
using System.Text;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A file, folder or link of a guest.</summary>
internal sealed class GuestFile
{
    private byte[] _content = [];

    public bool IsDirectory { get; init; }

    /// <summary>Where a symbolic link leads; null for anything else.</summary>
    public string? Link { get; init; }

    /// <summary>The name of the program that a binary is; null for what is no binary.</summary>
    public string? Program { get; init; }

    /// <summary>Makes the content of a file that the kernel makes up when it is read.</summary>
    public Func<string>? Computed { get; init; }

    /// <summary>The permission bits, such as 0x1A4 for 0644.</summary>
    public int Mode { get; set; }

    public string Owner { get; set; } = "root";

    public string Group { get; set; } = "root";

    public DateTimeOffset Modified { get; set; }

    public byte[] Content
    {
        get => Computed is { } make ? Encoding.UTF8.GetBytes(make()) : _content;
        set => _content = value;
    }

    public string Text => Encoding.UTF8.GetString(Content);

    /// <summary>The mode as chmod writes it, such as <c>0644</c>.</summary>
    public string ModeText => Convert.ToString(Mode, 8).PadLeft(4, '0');

    /// <summary>Whether a user may read (4), write (2) or run (1) it.</summary>
    public bool Allows(GuestUser user, int bit)
    {
        if (user.IsRoot)
        {
            return bit != 1 || IsDirectory || (Mode & 0x49) != 0;
        }

        int shift = user.Name == Owner ? 6 : user.Name == Group ? 3 : 0;
        return ((Mode >> shift) & bit) == bit;
    }
}
