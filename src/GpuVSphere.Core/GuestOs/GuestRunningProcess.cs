namespace GpuVSphere.GuestOs;

/// <summary>A process of a Linux guest.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Parent">Its parent's number.</param>
/// <param name="User">Whose it is.</param>
/// <param name="CommandLine">What it was started with.</param>
internal sealed record GuestRunningProcess(int Pid, int Parent, string User, string CommandLine)
{
    /// <summary>The program's name without its folder.</summary>
    public string Name
    {
        get
        {
            string program = CommandLine.Split(' ')[0];
            return program.Substring(program.LastIndexOf('/') + 1);
        }
    }
}
