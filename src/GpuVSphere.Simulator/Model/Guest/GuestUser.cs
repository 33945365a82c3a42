namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>A user of a guest.</summary>
internal sealed class GuestUser(string name, int id, string password)
{
    public string Name { get; } = name;

    public int Id { get; } = id;

    public string Password { get; set; } = password;

    public string Home => Id == 0 ? "/root" : "/home/" + Name;

    public bool IsRoot => Id == 0;

    /// <summary>Whether sudo lets the user be root.</summary>
    public bool IsSudoer { get; set; }

    /// <summary>Whether sudo asks for the password first.</summary>
    public bool SudoAsks { get; set; } = true;
}
