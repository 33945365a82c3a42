namespace GpuVSphere.Vim;

/// <summary>One device of a device group, with what its template says.</summary>
public sealed record ConfigTargetGroupDevice
{
    /// <summary>pciPassthru, nvidiaVgpu, sriovNic or dvx.</summary>
    public string Type { get; init; } = string.Empty;

    /// <summary>The device's name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The vGPU profile of the template; null when it is no vGPU.</summary>
    public string? VgpuProfile { get; init; }

    /// <summary>Its place in the group: the template's, or counted from 1 where the template has none.</summary>
    public int Sequence { get; init; }

    internal static ConfigTargetGroupDevice Read(VimReader reader, int place)
    {
        ConfigTargetGroupDevice device = new() { Sequence = place };
        while (reader.NextChild())
        {
            switch (reader.Name)
            {
                case "type": device = device with { Type = reader.String() }; break;
                case "deviceName": device = device with { Name = reader.String() }; break;
                case "device": device = ReadTemplate(reader.Object(), device); break;
            }
        }

        return device;
    }

    private static ConfigTargetGroupDevice ReadTemplate(VimReader template, ConfigTargetGroupDevice device)
    {
        while (template.NextChild())
        {
            switch (template.Name)
            {
                case "backing" when template.XsiType == "VirtualPCIPassthroughVmiopBackingInfo":
                    VimReader backing = template.Object();
                    while (backing.NextChild())
                    {
                        if (backing.Name == "vgpu")
                        {
                            device = device with { VgpuProfile = backing.String() };
                        }
                    }

                    break;
                case "deviceGroupInfo":
                    VimReader info = template.Object();
                    while (info.NextChild())
                    {
                        if (info.Name == "sequenceId")
                        {
                            device = device with { Sequence = info.Int32() };
                        }
                    }

                    break;
            }
        }

        return device;
    }
}
