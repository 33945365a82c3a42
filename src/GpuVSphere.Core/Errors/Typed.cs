namespace GpuVSphere;

/// <summary>Names as they are typed into PowerShell, for the commands in next steps.</summary>
internal static class Typed
{
    /// <summary>A name as an argument: in quotes where it holds what PowerShell reads.</summary>
    public static string Name(string name) =>
        name.Length > 0 && name.IndexOfAny([' ', '\'', '"', '(', ')', '[', ']', '{', '}', ';', '$', '&', '|', '`', ',', '#', '@', '<', '>', '*', '?']) < 0 ? name : "'" + name.Replace("'", "''") + "'";
}
