namespace GpuVSphere.Shell;

/// <summary>What a file in a guest is to be besides its content. On Windows it has the folder's permissions, and neither is used.</summary>
public sealed record GuestFileOptions
{
    /// <summary>Nothing asked: mode and owner of the file that is replaced; a new one is root's with mode 0644.</summary>
    public static GuestFileOptions Default { get; } = new();

    /// <summary>For its owner only: mode 0600.</summary>
    public static GuestFileOptions Private { get; } = new() { Mode = "0600" };

    /// <summary>Its mode in octal digits, such as <c>0644</c>; null for that of the file that is replaced, or 0644.</summary>
    public string? Mode { get; init; }

    /// <summary>Its owner as chown reads it, such as <c>root</c> or <c>user:group</c>; null for that of the file that is replaced, or root.</summary>
    public string? Owner { get; init; }
}
