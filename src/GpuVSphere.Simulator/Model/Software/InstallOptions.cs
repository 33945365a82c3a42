namespace GpuVSphere.Simulator.Model.Software;

/// <summary>The options of an installation (facts: esxcli-types.txt, vim.EsxCLI.software.vib.install).</summary>
internal sealed record InstallOptions
{
    public bool IsDryRun { get; init; }

    /// <summary>Goes past acceptance, dependencies and signatures.</summary>
    public bool IsForced { get; init; }

    /// <summary>Pretends that maintenance mode is in effect.</summary>
    public bool PretendsMaintenanceMode { get; init; }

    /// <summary>Stages everything for the next boot.</summary>
    public bool IsForNextBoot { get; init; }

    public bool SkipsSignatures { get; init; }

    /// <summary>Only what is installed already, and only to a newer version.</summary>
    public bool IsUpdate { get; init; }
}
